//! What somebody inside could take that is not theirs, and what is refused for it: rights beyond one's own or beyond
//! their end, factors that do not count, steps that are taken twice. On both databases.

mod factors;
mod links;
mod paths;
mod rights;
mod told;
mod turns;

use factors::*;
use links::*;
use paths::*;
use rights::*;
use told::*;
use turns::*;

use fieldkeep_testkit::{Reply, World};

fieldkeep_testkit::both_databases!(
    rights_end_with_their_grant_and_are_not_outlived,
    the_last_lasting_owner_is_not_shut_out,
    keys_of_somebody_above_are_left_alone,
    whom_a_guard_rail_hides_is_nowhere_seen,
    breaking_the_glass_asks_for_presence,
    step_up_takes_what_the_organization_takes,
    passkeys_are_bounded_and_belong_to_one_person,
    a_registration_is_taken_once,
    failed_passkeys_keep_no_neighbour_out,
    networks_hold_for_those_who_join,
    a_second_reset_ends_the_first,
    a_link_ends_with_the_rights_that_it_gives,
    a_link_waits_while_its_organization_is_shut_out,
    who_has_no_passkey_cannot_ask_for_them,
    devices_are_not_pulled_out_of_foreign_projects_and_groups,
    a_guard_rail_that_waits_for_an_agreement_is_refused,
    an_ended_role_rules_and_shows_nothing,
    a_reset_is_no_way_into_another_organization,
    a_partner_with_an_owner_of_its_own_is_shut_out,
    an_agreement_does_not_cover_another_act,
    nothing_is_made_after_its_maker_was_shut_out,
    keys_get_no_right_that_their_maker_lacks,
    the_last_way_in_that_counts_stays,
    an_invitation_without_roles_ends_with_the_right_to_invite,
    no_guard_rail_shuts_the_operator_out,
    a_role_does_not_grow_past_two_people,
    stricter_rules_reach_sessions_that_are_open,
    no_code_is_promised_that_nothing_can_send,
    what_changes_nothing_is_refused,
    a_successor_may_last_longer,
    an_owner_is_no_custodian,
    a_group_is_enough_for_what_lies_below_it,
    changes_of_ones_own_factors_are_told,
    an_address_is_not_written_to_again_and_again,
    an_emergency_leaves_the_last_owner,
    the_machines_key_outlives_an_emergency,
    a_damaged_list_of_leaked_passwords_says_so,
);

/// Fails the test unless it was refused so, with these words.
#[track_caller]
fn refused(reply: &Reply, status: u16, kind: &str, says: &str) {
    let is = (reply.status, reply.body["type"].as_str());
    assert_eq!(is, (status, Some(format!("/problems/{kind}").as_str())), "{}", reply.text);
    let detail = reply.body["detail"].as_str().unwrap();
    assert!(detail.contains(says), "`{says}` expected in `{detail}`");
}

/// The part of a link that opens it.
fn token(link: &str) -> &str {
    link.split_once('#').expect("a link").1
}

/// The code of an authenticator app.
fn totp(secret: &str, world: &World) -> String {
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let app = totp_rs::TOTP::new_unchecked(totp_rs::Algorithm::SHA1, 6, 1, 30, bytes, None, String::new());
    app.generate(world.now().as_secs().unsigned_abs())
}

/// Waits until work is over.
async fn over(world: &World, id: &serde_json::Value) {
    let path = format!("/api/v1/jobs/{}", id.as_str().unwrap());
    while !world.call("GET", &path, None).await.expect(200).body["finished_at"].is_string() {
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}
