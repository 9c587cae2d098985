//! The list of `name=value` that both sides of DIGEST-MD5 speak in (RFC 2831 section 7.1).

/// One of the list, with its quotes and escapes taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: Vec<u8>,
}

/// Reads a whole list; `None` if any of it is not of the form. Empty places between commas are allowed, as the grammar
/// does, and an unquoted value may hold more than it should: some servers forget the quotes.
pub(super) fn read(octets: &[u8]) -> Option<Vec<Directive>> {
    let mut rest = Rest(octets);
    let mut list = Vec::new();
    loop {
        rest.skip_blanks();
        if rest.0.is_empty() {
            return Some(list);
        }
        if rest.take(b',') {
            continue;
        }
        list.push(rest.directive()?);
        rest.skip_blanks();
        if !rest.0.is_empty() && !rest.take(b',') {
            return None;
        }
    }
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn directive(&mut self) -> Option<Directive> {
        let name = self.run(|octet| octet.is_ascii_alphanumeric() || b"-_.!#$%&'*+^`|~".contains(&octet));
        let name = String::from_utf8(name.to_ascii_lowercase()).ok().filter(|name| !name.is_empty())?;
        self.skip_blanks();
        if !self.take(b'=') {
            return None;
        }
        self.skip_blanks();
        let value = if self.take(b'"') { self.quoted()? } else { self.bare()? };
        Some(Directive { name, value })
    }

    fn quoted(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        loop {
            let (octet, rest) = self.0.split_first()?;
            self.0 = rest;
            match octet {
                b'"' => return Some(value),
                b'\\' => {
                    let (escaped, rest) = self.0.split_first()?;
                    self.0 = rest;
                    value.push(*escaped);
                }
                octet => value.push(*octet),
            }
        }
    }

    fn bare(&mut self) -> Option<Vec<u8>> {
        let value = self.run(|octet| octet > b' ' && !b",\"\\\x7f".contains(&octet)).to_vec();
        (!value.is_empty()).then_some(value)
    }

    fn skip_blanks(&mut self) {
        self.run(|octet| b" \t\r\n".contains(&octet));
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &[u8] {
        let end = self.0.iter().position(|octet| !belongs(*octet)).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        run
    }

    fn take(&mut self, wanted: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let list = |pairs: &[(&str, &str)]| {
            let one =
                |(name, value): &(&str, &str)| Directive { name: (*name).into(), value: (*value).into() };
            Some(pairs.iter().map(one).collect::<Vec<_>>())
        };
        for (text, expected) in [
            ("", list(&[])),
            (" , ,,\t", list(&[])),
            ("a=b", list(&[("a", "b")])),
            ("A = b ,\r\n\tc=\"d\"", list(&[("a", "b"), ("c", "d")])),
            (r#"realm="mail\"relay\\a",x=y"#, list(&[("realm", "mail\"relay\\a"), ("x", "y")])),
            ("nonce=a+/b==,a=\"\"", list(&[("nonce", "a+/b=="), ("a", "")])),
            ("a=\"b,c=d\"", list(&[("a", "b,c=d")])),
            ("a", None),
            ("a=", None),
            ("=b", None),
            ("a=\"b", None),
            ("a=\"b\\", None),
            ("a=\"b\"c", None),
            ("a=b c=d", None),
            ("a=b\"c", None),
            ("\u{e9}=b", None),
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text:?}");
        }
    }
}
