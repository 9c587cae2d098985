//! The argument of MAIL and RCPT: an address and its parameters (RFC 5321 section 4.1.2).
//!
//! As forgiving as servers are; what a personality does not forgive it finds in the result.

/// An address as it stood in a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path<'a> {
    /// Without brackets; empty for `<>`.
    pub(crate) address: &'a str,
    /// Whether it stood in angle brackets, as the standard wants it.
    pub(crate) bracketed: bool,
    /// What follows, word by word: `SIZE=123`.
    pub(crate) parameters: Vec<&'a str>,
}

/// Reads `FROM:<a@example.jp> SIZE=123`, with `keyword` being `FROM:`. `None` is a syntax error.
pub(crate) fn parse<'a>(argument: &'a str, keyword: &str) -> Option<Path<'a>> {
    let head = argument.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = argument[keyword.len()..].trim_start();
    let (address, tail, bracketed) = if let Some(inside) = rest.strip_prefix('<') {
        let end = closing_bracket(inside)?;
        (&inside[..end], &inside[end + 1..], true)
    } else {
        let (address, tail) = rest.split_once(' ').unwrap_or((rest, ""));
        if address.is_empty() {
            return None;
        }
        (address, tail, false)
    };
    if !tail.is_empty() && bracketed && !tail.starts_with(' ') {
        return None;
    }
    Some(Path { address, bracketed, parameters: tail.split_ascii_whitespace().collect() })
}

/// The place of the bracket that ends the path; one inside a quoted local part does not.
fn closing_bracket(inside: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (index, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(index),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_in_every_form_that_clients_send() {
        type Parts = (&'static str, bool, &'static [&'static str]);
        let rows: [(&str, &str, Option<Parts>); 9] = [
            ("standard", "FROM:<a@example.jp>", Some(("a@example.jp", true, &[]))),
            ("null sender", "FROM:<>", Some(("", true, &[]))),
            (
                "parameters",
                "from:<a@example.jp> SIZE=3 BODY=7BIT",
                Some(("a@example.jp", true, &["SIZE=3", "BODY=7BIT"])),
            ),
            ("blank after the colon", "FROM: <a@example.jp>", Some(("a@example.jp", true, &[]))),
            ("no brackets", "FROM:a@example.jp SIZE=3", Some(("a@example.jp", false, &["SIZE=3"]))),
            ("quoted bracket", r#"FROM:<"a\">b"@example.jp>"#, Some((r#""a\">b"@example.jp"#, true, &[]))),
            ("no end", "FROM:<a@example.jp", None),
            ("nothing", "FROM:", None),
            ("glued parameter", "FROM:<a@example.jp>SIZE=3", None),
        ];
        for (name, argument, expected) in rows {
            let path = parse(argument, "FROM:");
            let seen = path.as_ref().map(|path| (path.address, path.bracketed, &path.parameters[..]));
            assert_eq!(seen, expected, "{name}");
        }
    }

    #[test]
    fn a_keyword_cut_inside_a_character_is_a_syntax_error() {
        assert_eq!(parse("FRO日", "FROM:"), None);
    }
}
