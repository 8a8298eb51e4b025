use super::*;
use fieldkeep_domain::access::{Place, Role};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{CustomRoleId, DeviceId, GroupId, GuardId, OrganizationId, PersonId, ProjectId};
use proptest::prelude::*;

fn place() -> Place {
    let organization = OrganizationId::from_random([1; 16]);
    let project = ProjectId::from_random([2; 16]);
    let groups = vec![GroupId::from_random([3; 16]), GroupId::from_random([4; 16])];
    Place::within(Scope::Project { organization, project }, groups, Some(DeviceId::from_random([5; 16])))
}

fn ask<'a>(roles: &'a [RoleRef], action: Action, place: &'a Place) -> Ask<'a> {
    let doer = Doer::Person(PersonId::from_random([7; 16]));
    Ask { doer, roles, action, place, fresh: true, approved: false, address: None }
}

fn role(role: Role) -> [RoleRef; 1] {
    [RoleRef::Standard(role)]
}

fn guard(cedar: &str) -> Additions {
    let guards = vec![Guard { id: GuardId::from_random([8; 16]), cedar: cedar.into() }];
    Additions { guards, ..Additions::default() }
}

#[test]
fn the_matrix_is_the_golden_one() {
    let engine = Engine::new().unwrap();
    let golden = include_str!("../../../policies/golden/roles.txt");
    let found = matrix_text(engine.matrix());
    if std::env::var_os("FIELDKEEP_WRITE_GOLDEN").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/golden/roles.txt"), found)
            .unwrap();
        return;
    }
    assert_eq!(found, golden, "review the change, then write it with FIELDKEEP_WRITE_GOLDEN=1");
}

#[test]
fn administrators_read_no_measurements_and_every_action_has_an_owner() {
    let engine = Engine::new().unwrap();
    for action in [Action::TelemetryRead, Action::TelemetryExport, Action::QuarantineRead] {
        assert!(!engine.matrix().allows(Role::Administrator, action), "{action}");
    }
    let base = engine.slice(Additions::default()).unwrap();
    let owner = RoleRef::Standard(Role::Owner);
    for action in Action::ALL {
        assert_eq!(engine.matrix().allows(Role::Owner, *action), *action != Action::GlassBreak, "{action}");
        assert!(engine.role_gives(&base, owner, *action), "{action}");
    }
    // What an owner alone gives without holding it.
    let security = RoleRef::Standard(Role::Security);
    assert!(!engine.role_gives(&base, security, Action::GlassBreak));
}

#[test]
fn sensitive_actions_are_those_of_the_schema() {
    let engine = Engine::new().unwrap();
    let base = engine.slice(Additions::default()).unwrap();
    let place = place();
    for action in Action::ALL {
        let roles = role(if *action == Action::GlassBreak { Role::Custodian } else { Role::Owner });
        let stale = Ask { fresh: false, ..ask(&roles, *action, &place) };
        let decision = engine.decide(&base, &stale);
        let owes = matches!(decision, Decision::Owes(_, Obligation::StepUp));
        assert_eq!(owes, action.is_sensitive(), "{action}: {decision:?}");
        // Who lacks the role is told that, not asked for presence.
        let stale = Ask { fresh: false, ..ask(&[], *action, &place) };
        assert_eq!(engine.decide(&base, &stale), Decision::NoRole);
    }
}

#[test]
fn custom_roles_have_their_actions_and_no_others() {
    let engine = Engine::new().unwrap();
    let id = CustomRoleId::from_random([9; 16]);
    let actions = [Action::DeviceRead, Action::TelemetryRead].into();
    let slice = engine.slice(Additions { roles: [(id, actions)].into(), ..Additions::default() }).unwrap();
    let (place, roles) = (place(), [RoleRef::Custom(id)]);
    for action in Action::ALL {
        let may = matches!(action, Action::DeviceRead | Action::TelemetryRead);
        assert_eq!(engine.decide(&slice, &ask(&roles, *action, &place)).is_allowed(), may, "{action}");
        assert_eq!(engine.role_allows(&slice, roles[0], *action), may);
    }
    let bad = Additions { roles: [(id, [Action::GlassBreak].into())].into(), ..Additions::default() };
    assert!(engine.slice(bad).is_err());
}

#[test]
fn guard_rails_forbid_outside_networks() {
    let engine = Engine::new().unwrap();
    let text = forbidding(&[Action::TelemetryExport], &["10.0.0.0/8".parse().unwrap()]);
    let slice = engine.slice(guard(&text)).unwrap();
    let (place, roles) = (place(), role(Role::Owner));
    let from = |address: Option<&str>| {
        let address = address.map(|text| text.parse().unwrap());
        engine.decide(&slice, &Ask { address, ..ask(&roles, Action::TelemetryExport, &place) })
    };
    assert!(from(Some("10.1.2.3")).is_allowed() && from(Some("::ffff:10.1.2.3")).is_allowed());
    for outside in [Some("192.0.2.1"), Some("2001:db8::1"), None] {
        assert!(matches!(from(outside), Decision::Forbidden(id) if id.starts_with("guard/")));
    }
    assert!(engine.decide(&slice, &ask(&roles, Action::TelemetryRead, &place)).is_allowed());
}

#[test]
fn an_erring_forbid_denies() {
    let engine = Engine::new().unwrap();
    let mut slice = engine.slice(Additions::default()).unwrap();
    // Strict validation refuses such a policy; were it there after all, it must not be skipped.
    let text = "forbid (principal, action, resource) when { context.nothing == 1 };";
    assert!(engine.slice(guard(text)).is_err());
    let erring = Policy::parse(Some(cedar_policy::PolicyId::new("erring")), text).unwrap();
    let (place, roles) = (place(), role(Role::Owner));
    assert!(engine.evaluate(&slice, &ask(&roles, Action::DeviceRead, &place)).is_allowed());
    for set in &mut slice.sets {
        set.add(erring.clone()).unwrap();
    }
    let decision = engine.evaluate(&slice, &ask(&roles, Action::DeviceRead, &place));
    assert!(matches!(decision, Decision::Broken(_)), "{decision:?}");
}

#[test]
fn guard_rails_only_forbid() {
    let engine = Engine::new().unwrap();
    let person = PersonId::from_random([7; 16]);
    for bad in [
        "permit (principal, action, resource);".to_owned(),
        "forbid (principal, action, resource); forbid (principal, action, resource);".to_owned(),
        "@obligation(\"step-up\") forbid (principal, action, resource);".to_owned(),
        format!("forbid (principal == Fieldkeep::Person::\"{person}\", action, resource);"),
        "forbid (principal, action == Fieldkeep::Action::\"no.such\", resource);".to_owned(),
        "forbid (principal, action, resource) when { context.address.isInRange(ip(\"10.0.0.0/8\")) };"
            .to_owned(),
        "forbid (principal, action, resource) when { context.fresh == 7 };".to_owned(),
        format!("forbid (principal, action, resource); // {}", "x".repeat(GUARD_BYTES_MAX)),
        String::new(),
    ] {
        assert!(engine.slice(guard(&bad)).is_err(), "{bad:.80}");
    }
    let many = vec![Guard { id: GuardId::MIN, cedar: String::new() }; GUARDS_MAX + 1];
    assert!(engine.slice(Additions { guards: many, ..Additions::default() }).is_err());
}

#[test]
fn deep_guard_rails_are_refused_and_the_deepest_allowed_one_is_survived() {
    let engine = Engine::new().unwrap();
    let head = "forbid (principal, action, resource) when";
    let nested = |open: &str, close: &str, n: usize| {
        format!("{head} {{ {}true{} }};", open.repeat(n), close.repeat(n))
    };
    for bad in [nested("(", ")", 145), nested("[", "]", 180), nested("if true then (", ") else true", 60)] {
        assert!(engine.slice(guard(&bad)).is_err());
    }
    let chain = |n: usize| format!("{head} {{ {}false }};", "context.fresh && ".repeat(n));
    assert!(engine.slice(guard(&chain(200))).is_err());
    // The workers of the server have stacks of two megabytes.
    let (place, roles) = (place(), role(Role::Owner));
    for deep in [nested("(", ")", 11), chain(120), format!("{head} {{ {}true }};", "false || ".repeat(190))] {
        let slice = engine.slice(guard(&deep)).unwrap();
        engine.evaluate(&slice, &ask(&roles, Action::DeviceRead, &place));
    }
}

#[test]
fn two_people_are_asked_for_after_presence() {
    let engine = Engine::new().unwrap();
    let two = Additions { two_people: [Action::DeviceRevoke].into(), ..Additions::default() };
    let slice = engine.slice(two).unwrap();
    let (place, roles) = (place(), role(Role::Security));
    let base = ask(&roles, Action::DeviceRevoke, &place);
    let owes = |decision| match decision {
        Decision::Owes(_, obligation) => Some(obligation),
        _ => None,
    };
    assert_eq!(owes(engine.decide(&slice, &Ask { fresh: false, ..base })), Some(Obligation::StepUp));
    assert_eq!(owes(engine.decide(&slice, &base)), Some(Obligation::SecondPerson));
    assert!(engine.decide(&slice, &Ask { approved: true, ..base }).is_allowed());
}

#[test]
fn a_new_slice_is_not_answered_from_an_old_one() {
    let engine = Engine::new().unwrap();
    let (place, roles) = (place(), role(Role::Viewer));
    let open = engine.slice(Additions::default()).unwrap();
    let shut = engine.slice(guard("forbid (principal, action, resource);")).unwrap();
    let ask = ask(&roles, Action::DeviceRead, &place);
    for _ in 0..2 {
        assert!(engine.decide(&open, &ask).is_allowed());
        assert!(!engine.decide(&shut, &ask).is_allowed());
    }
}

proptest! {
    /// Taking a role away never turns a no into a yes; the memory answers as the policies do.
    #[test]
    fn fewer_roles_never_allow_more(
        held in proptest::collection::btree_set(0..Role::ALL.len(), 0..4),
        taken in 0..Role::ALL.len(),
        action in 0..Action::ALL.len(),
        (fresh, approved) in (any::<bool>(), any::<bool>()),
    ) {
        static ENGINE: std::sync::OnceLock<(Engine, Slice)> = std::sync::OnceLock::new();
        let (engine, slice) = ENGINE.get_or_init(|| {
            let engine = Engine::new().unwrap();
            let two = Additions { two_people: [Action::KeyWrite].into(), ..Additions::default() };
            let slice = engine.slice(two).unwrap();
            (engine, slice)
        });
        let place = place();
        let more: Vec<RoleRef> = held.iter().map(|n| RoleRef::Standard(Role::ALL[*n])).collect();
        let fewer: Vec<RoleRef> =
            held.iter().filter(|n| **n != taken).map(|n| RoleRef::Standard(Role::ALL[*n])).collect();
        let asked = |roles| Ask { fresh, approved, ..ask(roles, Action::ALL[action], &place) };
        let (with, without) = (engine.decide(slice, &asked(&more)), engine.decide(slice, &asked(&fewer)));
        prop_assert!(with.is_allowed() || !without.is_allowed());
        if !more.is_empty() {
            prop_assert_eq!(with, engine.evaluate(slice, &asked(&more)));
        }
    }
}
