//! Rights as a condition of a statement. Never: decides; what passes here is asked about once more, row by row.

use fieldkeep_domain::access::Reach;

/// A condition and what its placeholders stand for, in order.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// SQL, without `WHERE`.
    pub text: String,
    /// Ids to bind, one per placeholder.
    pub binds: Vec<Vec<u8>>,
}

/// Columns of a statement that a reach can be compared with; none: the rows have no such column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns {
    /// Organization of the row.
    pub organization: Option<&'static str>,
    /// Project of the row.
    pub project: Option<&'static str>,
    /// Group of the row.
    pub group: Option<&'static str>,
    /// Device of the row.
    pub device: Option<&'static str>,
}

/// Rows that the reach covers; placeholders count from `next`.
pub fn covered(reach: &Reach, columns: Columns, next: usize) -> Condition {
    if reach.all {
        return Condition { text: "1 = 1".into(), binds: Vec::new() };
    }
    let ids = |bytes: &mut dyn Iterator<Item = [u8; 16]>| bytes.map(|id| id.to_vec()).collect::<Vec<_>>();
    let mut sets = Vec::new();
    if let Some(column) = columns.organization {
        sets.push((column, ids(&mut reach.organizations.iter().map(|id| *id.as_bytes()))));
    }
    if let Some(column) = columns.project {
        sets.push((column, ids(&mut reach.projects.iter().map(|id| *id.as_bytes()))));
    }
    if let Some(column) = columns.group {
        sets.push((column, ids(&mut reach.groups.iter().map(|id| *id.as_bytes()))));
    }
    if let Some(column) = columns.device {
        sets.push((column, ids(&mut reach.devices.iter().map(|id| *id.as_bytes()))));
    }
    any(sets, next)
}

/// Rows whose column is one of these.
pub fn one_of(column: &'static str, ids: Vec<Vec<u8>>, next: usize) -> Condition {
    any(vec![(column, ids)], next)
}

fn any(sets: Vec<(&'static str, Vec<Vec<u8>>)>, next: usize) -> Condition {
    let mut out = Condition::default();
    for (column, ids) in sets.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        let from = next + out.binds.len();
        let marks: Vec<String> = (from..from + ids.len()).map(|n| format!("${n}")).collect();
        let separator = if out.text.is_empty() { "" } else { " OR " };
        out.text.push_str(&format!("{separator}{column} IN ({})", marks.join(", ")));
        out.binds.extend(ids);
    }
    out.text = if out.text.is_empty() { "1 = 0".into() } else { format!("({})", out.text) };
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_domain::OrganizationId;
    use fieldkeep_domain::project::Scope;

    #[test]
    fn nothing_reached_is_nothing_listed() {
        let columns = Columns { organization: Some("organization"), ..Columns::default() };
        assert_eq!(covered(&Reach::default(), columns, 1).text, "1 = 0");
        let mut reach = Reach::default();
        reach.add(&Scope::Organization { organization: OrganizationId::from_random([1; 16]) });
        let condition = covered(&reach, columns, 3);
        assert_eq!((condition.text.as_str(), condition.binds.len()), ("(organization IN ($3))", 1));
        // A column that the rows do not have cannot open them.
        assert_eq!(covered(&reach, Columns::default(), 1).text, "1 = 0");
        reach.add(&Scope::Deployment);
        assert_eq!(covered(&reach, columns, 1).text, "1 = 1");
    }
}
