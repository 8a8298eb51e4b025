//! The command line as a whole: every command has an example, and every example is what it says.

use super::*;
use clap::{CommandFactory, Parser};

/// A line as a shell would split it: words, and double quotes around words.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Every command with the names that lead to it.
fn every(command: &clap::Command, path: &[String], each: &mut impl FnMut(&clap::Command, &[String])) {
    each(command, path);
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let path = [path, &[below.get_name().to_owned()]].concat();
        every(below, &path, each);
    }
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_has_an_example_that_parses_as_that_command() {
    let mut seen = 0;
    every(&Cli::command(), &["fieldkeep".to_owned()], &mut |command, path| {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("Example: ")).collect();
        assert!(!examples.is_empty(), "`{}` has no example", path.join(" "));
        assert!(command.get_about().is_some(), "`{}` does not say what it is for", path.join(" "));
        for example in examples {
            let words = words(example);
            assert_eq!(words.get(..path.len()), Some(path), "`{example}` is another command's");
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("`{example}` does not parse: {error}");
            }
            seen += 1;
        }
    });
    assert!(seen > 40, "{seen} examples were found");
}

#[test]
fn help_documents_every_exit_code() {
    let help = Cli::command().render_long_help().to_string();
    for exit in Exit::ALL {
        assert!(help.contains(exit.meaning()), "{help}");
    }
}

#[test]
fn options_stand_before_and_after_the_command() {
    for line in ["fieldkeep --json org list", "fieldkeep org list --json", "fieldkeep org --json list"] {
        assert!(Cli::try_parse_from(words(line)).unwrap().options.json, "{line}");
    }
    let cli = Cli::try_parse_from(words("fieldkeep key list --data d --key k")).unwrap();
    assert_eq!((cli.options.data, cli.options.key), ("d".into(), Some("k".into())));
}

#[test]
fn what_cannot_be_is_a_usage_error() {
    for line in [
        "fieldkeep",
        "fieldkeep org",
        "fieldkeep org create \" \"",
        "fieldkeep org show nonsense",
        "fieldkeep key create x --role king",
        "fieldkeep key create x --role viewer --expires -24h",
        "fieldkeep device list --state lost",
        "fieldkeep device revoke 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33",
        "fieldkeep device revoke 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 --reason \" \"",
        "fieldkeep query range 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 t --from 24h",
        "fieldkeep query range 5e0c9b9f-3c55-4c6f-8d8f-1f6f7e2b9a33 t --px 5 --limit 5",
        "fieldkeep factory assign --dir f --owner k",
        "fieldkeep factory assign --dir f --owner k --all --serial s",
    ] {
        let refused = Cli::try_parse_from(words(line)).map(drop).unwrap_err();
        assert_eq!(refused.exit_code(), i32::from(Exit::Usage.code()), "{line}");
    }
}
