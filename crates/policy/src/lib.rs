//! Who may do what: the table behind `access::authorize`. A role that is not named for an action may not do it.
//!
//! Never: knows a row, a route or a person. Every question has an answer; there is no error that could become a yes.

use fieldkeep_domain::access::{Action, Role};

/// Changes whenever an answer could: cached decisions carry it.
pub const VERSION: u32 = 1;

/// Whether a role may do an action inside its scope.
pub fn allows(role: Role, action: Action) -> bool {
    use Action::*;
    match role {
        Role::Viewer => reads(action),
        Role::Operator => reads(action) || matches!(action, ProjectWrite | DeviceSuspend),
        Role::Installer => matches!(action, OrganizationRead | ProjectRead | DeviceRead | DeviceInstall),
        // Sets everything up and reads no measurements.
        Role::Administrator => !matches!(action, TelemetryRead | QuarantineDecide),
        Role::Security => matches!(
            action,
            OrganizationRead
                | ProjectRead
                | DeviceRead
                | DeviceSuspend
                | DeviceRevoke
                | QuarantineRead
                | QuarantineDecide
                | KeyRead
                | KeyWrite
        ),
    }
}

fn reads(action: Action) -> bool {
    use Action::*;
    matches!(action, OrganizationRead | ProjectRead | DeviceRead | TelemetryRead | QuarantineRead)
}

/// The whole table, role by role, for the golden file and the manual.
pub fn table() -> String {
    let mut out = String::new();
    for role in Role::ALL {
        for action in Action::ALL {
            let answer = if allows(*role, *action) { "allow" } else { "deny" };
            out.push_str(&format!("{role} {action} {answer}\n"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_golden_one() {
        let golden = include_str!("../../../policies/golden/roles.txt");
        assert_eq!(table(), golden, "review the change and copy the new table to policies/golden/roles.txt");
    }

    #[test]
    fn only_security_decides_on_quarantine_and_administrators_read_no_data() {
        for role in Role::ALL {
            assert_eq!(allows(*role, Action::QuarantineDecide), *role == Role::Security);
        }
        assert!(!allows(Role::Administrator, Action::TelemetryRead));
    }
}
