//! Takes Rust text apart into code, comments and texts, so that a word in a comment is no call and a brace in a text
//! ends no function.
//!
//! Never: understands more of Rust than that.

/// A Rust file, apart. Lines are counted from 1.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lexed {
    /// The text with comments and the insides of texts blanked; every line stays where it was.
    pub code: String,
    /// Comments by the line they begin on.
    pub comments: Vec<(usize, String)>,
    /// Text literals, as written, by the line they begin on.
    pub strings: Vec<(usize, String)>,
}

/// Takes a file apart.
pub fn lex(text: &str) -> Lexed {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Lexed::default();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let rest = &chars[at..];
        if let Some(length) = comment(rest) {
            out.comments.push((line, rest[..length].iter().collect()));
            line += blank(&mut out.code, &rest[..length]);
            at += length;
        } else if let Some((open, close)) = string(&chars, at) {
            out.code.extend(&rest[..open]);
            let inside: &[char] = &rest[open..rest.len().min(close)];
            out.strings.push((line, inside.iter().collect()));
            line += blank(&mut out.code, inside);
            at += open + inside.len();
            // The closing quote and hashes are code again, but must not open another text.
            let end = (at + (open - 1).max(1)).min(chars.len());
            while at < end && (chars[at] == '"' || chars[at] == '#') {
                out.code.push(chars[at]);
                at += 1;
            }
        } else if let Some(length) = character(rest) {
            line += blank(&mut out.code, &rest[..length]);
            at += length;
        } else {
            line += usize::from(chars[at] == '\n');
            out.code.push(chars[at]);
            at += 1;
        }
    }
    out
}

fn blank(code: &mut String, chars: &[char]) -> usize {
    code.extend(chars.iter().map(|char| if *char == '\n' { '\n' } else { ' ' }));
    chars.iter().filter(|char| **char == '\n').count()
}

/// The length of the comment that begins here.
fn comment(rest: &[char]) -> Option<usize> {
    match rest {
        ['/', '/', ..] => Some(rest.iter().position(|char| *char == '\n').unwrap_or(rest.len())),
        ['/', '*', ..] => {
            let (mut depth, mut at) = (0, 0);
            while at < rest.len() {
                match rest[at..] {
                    ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
                    ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
                    _ => at += 1,
                }
                if depth == 0 {
                    break;
                }
            }
            Some(at)
        }
        _ => None,
    }
}

/// Where the inside of the text literal that begins here begins and ends, counted from here.
fn string(chars: &[char], at: usize) -> Option<(usize, usize)> {
    let rest = &chars[at..];
    if rest[0] == '"' {
        let mut end = 1;
        while end < rest.len() && rest[end] != '"' {
            end += if rest[end] == '\\' { 2 } else { 1 };
        }
        return Some((1, end));
    }
    let before = at.checked_sub(1).map_or(' ', |before| chars[before]);
    // `br"…"` and `cr"…"` come here at their `r`; `for"` cannot stand in a program.
    if rest[0] != 'r' || (is_word(before) && before != 'b' && before != 'c') {
        return None;
    }
    let hashes = rest[1..].iter().take_while(|char| **char == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let open = hashes + 2;
    let ends = |end: usize| {
        rest[end] == '"' && rest[end + 1..].iter().take(hashes).filter(|char| **char == '#').count() == hashes
    };
    Some((open, (open..rest.len()).find(|end| ends(*end)).unwrap_or(rest.len())))
}

/// The length of the character literal that begins here; a lifetime is none.
fn character(rest: &[char]) -> Option<usize> {
    match rest {
        ['\'', '\\', ..] => {
            Some(rest.iter().skip(3).position(|char| *char == '\'').map_or(rest.len(), |at| at + 4))
        }
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

/// Whether a character can stand in a name.
pub fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// For each line whether it stands in an item under `#[cfg(test)]`. Takes code without comments and texts.
pub fn test_lines(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut test = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim_start();
        if line.starts_with("#![cfg(test)]") {
            return vec![true; lines.len()];
        }
        if !line.starts_with("#[cfg(test)]") && !line.starts_with("#[cfg(all(test,") {
            at += 1;
            continue;
        }
        let end = item_end(&lines[at..]) + at;
        test[at..=end].fill(true);
        at = end + 1;
    }
    test
}

/// The last line of the item that begins on the first one: at its semicolon or closing brace.
fn item_end(lines: &[&str]) -> usize {
    let mut depth = 0usize;
    for (at, line) in lines.iter().enumerate() {
        for char in line.chars() {
            match char {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                '}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
                ';' if depth == 0 => return at,
                _ => {}
            }
        }
    }
    lines.len() - 1
}

/// Whether `code` has this run of characters with no name running on before or after it.
pub fn has_word(code: &str, word: &str) -> bool {
    let open = word.starts_with(is_word);
    let close = word.ends_with(is_word);
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(is_word);
        let after = code[at + word.len()..].chars().next().is_some_and(is_word);
        !(open && before || close && after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_leave_the_code() {
        let lexed = lex(
            "let a = \"x { // no\"; // yes }\nlet b = r#\"a \" b\"#; /* c /* d */ \n e */ f('\"', '\\'', 'x);\n",
        );
        let lines: Vec<&str> = lexed.code.lines().map(str::trim_end).collect();
        assert_eq!(lines[0], "let a = \"         \";");
        assert_eq!(lines[1], "let b = r#\"     \"#;");
        assert_eq!(lines[2].trim(), "f(   ,     , 'x);");
        assert_eq!(lexed.strings, [(1, "x { // no".to_owned()), (2, "a \" b".to_owned())]);
        assert_eq!(lexed.comments[0], (1, "// yes }".to_owned()));
        assert_eq!(lexed.comments[1].0, 2);
    }

    #[test]
    fn escapes_and_ends_of_files_are_survived() {
        assert_eq!(lex(r#"a("\"b\\", c)"#).strings, [(1, r#"\"b\\"#.to_owned())]);
        for text in ["\"open", "r#\"open", "/* open", "'", "'\\", "\"\\", "\"\"", "//"] {
            let lexed = lex(text);
            assert_eq!(lexed.code.chars().count(), text.chars().count(), "{text}");
        }
        assert_eq!(lex("a(\"\", \"b\")").strings, [(1, String::new()), (1, "b".to_owned())]);
        assert_eq!(lex("br\"x\" 'a").strings, [(1, "x".to_owned())]);
    }

    #[test]
    fn an_item_for_tests_ends_where_it_ends() {
        let code = "a\n#[cfg(test)]\n#[path = \"x\"]\nmod tests;\nb\n#[cfg(test)]\nfn c() {\n  {}\n}\nd\n";
        let test: Vec<usize> =
            (1..).zip(test_lines(code)).filter(|(_, test)| *test).map(|(at, _)| at).collect();
        assert_eq!(test, [2, 3, 4, 6, 7, 8, 9]);
        assert!(test_lines("#![cfg(test)]\na\n").iter().all(|test| *test));
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("x.unwrap();todo!()", "todo!"));
        assert!(!has_word("a_todo!()", "todo!"));
        assert!(!has_word("randomness::x", "rand::"));
        assert!(has_word("use rand::Rng", "rand::"));
    }
}
