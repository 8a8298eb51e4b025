//! Who may do what, through the whole router and at the use-cases, on both databases.

mod agreements;
mod flows;
mod matrix;
mod people;
mod worlds;

use agreements::*;
use flows::*;
use matrix::*;
use people::*;
use worlds::*;

fieldkeep_testkit::both_databases!(
    every_route_hides_foreign_objects_from_every_role,
    lists_are_what_each_row_would_be_allowed,
    fewer_grants_never_allow_more,
    nobody_gives_what_they_do_not_hold,
    explanations_say_what_authorize_answers,
    custom_roles_give_what_their_maker_holds,
    guard_rails_hold_in_other_networks,
    two_writers_at_once_stay_within_the_bounds,
    keys_and_roles_end_no_later_than_their_giver,
    explanations_tell_strangers_nothing,
    rights_are_what_explanations_say,
    two_people_are_needed_and_an_agreement_counts_once,
    who_asks_cannot_agree,
    a_glass_drill_gives_an_hour_and_tells_everybody,
    grants_of_people_come_and_go,
    an_agreement_to_a_role_is_for_that_person_and_role,
    an_agreement_falls_with_who_gave_it,
    the_rule_of_two_can_guard_itself,
    the_last_owner_stays,
    people_decide_and_break_the_glass_in_their_sessions,
);
