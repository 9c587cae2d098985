//! A draft to start from, and the reader's side of a mail.

use mail_parser::{HeaderForm, HeaderValue, Message, MessageParser};
use mime::{CharsetPolicy, Composed, Draft, Identity, Importance, Mailbox, Manner, compose, compose_in};

pub(crate) const ID: &str = "01j9x3c4d5e6f7g8h9j0k1m2n3";

pub(crate) fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox { name: (!name.is_empty()).then(|| name.to_owned()), address: address.to_owned() }
}

/// An alert of one line to one person.
pub(crate) fn draft() -> Draft {
    Draft {
        id: ID.to_owned(),
        domain: "web1.example.jp".to_owned(),
        key: None,
        created_ms: 1_795_583_642_000,
        utc_offset_minutes: 540,
        importance: Importance::Normal,
        subject: "disk full".to_owned(),
        body: "disk full on web1\n".to_owned(),
        to: vec![mailbox("", "oncall@example.jp")],
        cc: Vec::new(),
        reply_to: None,
        headers: Vec::new(),
        attachments: Vec::new(),
    }
}

pub(crate) fn identity() -> Identity {
    Identity { from: mailbox("alerts", "alert@example.jp"), charset: CharsetPolicy::Auto }
}

/// Composes for [`identity`] and checks what holds for every mail.
pub(crate) fn composed(draft: &Draft) -> Composed {
    composed_for(draft, &identity())
}

pub(crate) fn composed_for(draft: &Draft, identity: &Identity) -> Composed {
    let composed = compose(draft, identity);
    check_wire(&composed.octets);
    composed
}

/// Composes for [`identity`] in a manner, and checks what holds for every mail.
pub(crate) fn composed_in(draft: &Draft, charset: CharsetPolicy, manner: &Manner) -> Composed {
    let composed = compose_in(draft, &Identity { charset, ..identity() }, manner);
    check_wire(&composed.octets);
    composed
}

/// The header block, one string a field, unfolded.
pub(crate) fn fields(octets: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(octets).expect("7-bit");
    let (block, _) = text.split_once("\r\n\r\n").expect("a header block ends");
    block.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
}

/// What stands behind the name in the only field of that name.
pub(crate) fn field(octets: &[u8], name: &str) -> String {
    let start = format!("{name}:");
    let found: Vec<_> =
        fields(octets).into_iter().filter_map(|line| Some(line.strip_prefix(&start)?.to_owned())).collect();
    assert_eq!(found.len(), 1, "one {name}: {found:?}");
    found[0].trim_start().to_owned()
}

pub(crate) fn encoded_words(text: &str) -> Vec<&str> {
    text.split_ascii_whitespace().filter(|word| word.contains("=?")).collect()
}

pub(crate) fn parse(octets: &[u8]) -> Message<'_> {
    MessageParser::default().parse(octets).expect("a mail")
}

pub(crate) fn subject(octets: &[u8]) -> String {
    parse(octets).subject().unwrap_or_default().to_owned()
}

/// The text of a field that the parser has no form for.
pub(crate) fn own_field(octets: &[u8], name: &str) -> String {
    let values = parse(octets)
        .header_as(name, HeaderForm::Text)
        .into_iter()
        .map(HeaderValue::into_owned)
        .collect::<Vec<_>>();
    values.first().and_then(|value| value.as_text()).unwrap_or_default().to_owned()
}

/// Names and addresses of To.
pub(crate) fn recipients(octets: &[u8]) -> Vec<(String, String)> {
    let message = parse(octets);
    let Some(to) = message.to() else { return Vec::new() };
    to.iter()
        .map(|mailbox| {
            (mailbox.name().unwrap_or_default().to_owned(), mailbox.address().unwrap_or_default().to_owned())
        })
        .collect()
}

pub(crate) fn body(octets: &[u8]) -> String {
    parse(octets).body_text(0).expect("a text part").into_owned()
}

/// What holds for every mail of which we have written every octet.
pub(crate) fn check_wire(octets: &[u8]) {
    check_promises(octets);
    let text = std::str::from_utf8(octets).expect("ASCII");
    let (block, _) = text.split_once("\r\n\r\n").expect("a header block ends");
    for line in block.split("\r\n").filter(|line| line.contains("=?")) {
        assert!(line.len() <= 76, "{} columns: {line}", line.len());
    }
    encoded_words(block).into_iter().for_each(check_word);
    // Each part in seven bits: every line of it can be read alone.
    let mut rest = text;
    while let Some((_, behind)) =
        rest.split_once("charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n\r\n")
    {
        let part = behind.split("\r\n--=_").next().unwrap_or_default();
        part.split("\r\n").for_each(|line| check_jis(line.as_bytes()));
        rest = behind;
    }
}

/// The promises that hold whatever a mail contains.
pub(crate) fn check_promises(octets: &[u8]) {
    assert!(octets.is_ascii(), "7-bit");
    assert!(octets.ends_with(b"\r\n"), "the end is a line end");
    let text = std::str::from_utf8(octets).expect("ASCII");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "CRLF only");
    assert!(!text.contains('\0'), "no NUL");
    for line in text.split("\r\n") {
        assert!(line.len() <= 998, "{} octets: {line}", line.len());
    }
    let (block, _) = text.split_once("\r\n\r\n").expect("a header block ends");
    for line in block.split("\r\n") {
        assert!(!line.trim().is_empty(), "no line of blanks");
        assert!(!line.contains('\x1b'), "no escape in a header");
        assert!(
            line.starts_with([' ', '\t'])
                || line.split_once(':').is_some_and(|(name, _)| !name.contains(' ')),
            "{line}"
        );
    }
}

/// A word can be read alone, and nothing touches it.
fn check_word(word: &str) {
    use base64::Engine as _;
    assert!(word.len() <= 75, "{} columns: {word}", word.len());
    let inside = word.strip_prefix("=?").and_then(|word| word.strip_suffix("?=")).expect(word);
    let parts: Vec<_> = inside.split('?').collect();
    let [charset, "B", payload] = parts[..] else { panic!("{word}") };
    let payload = base64::engine::general_purpose::STANDARD.decode(payload).expect(word);
    assert!(!payload.is_empty(), "{word}");
    match charset {
        "US-ASCII" => assert!(payload.is_ascii(), "{word}"),
        "UTF-8" => assert!(std::str::from_utf8(&payload).is_ok(), "{word}"),
        "ISO-2022-JP" => check_jis(&payload),
        other => panic!("charset {other}"),
    }
}

/// Strict ISO-2022-JP that ends in ASCII and has no empty pair of escapes.
pub(crate) fn check_jis(octets: &[u8]) {
    assert!(!octets.windows(6).any(|six| six == b"\x1b(B\x1b$B" || six == b"\x1b$B\x1b(B"), "empty pair");
    let mut in_jis = false;
    let mut rest = octets;
    while let Some(first) = rest.first() {
        let taken = match (rest, in_jis) {
            ([0x1b, b'$', b'B', ..], _) => {
                in_jis = true;
                3
            }
            ([0x1b, b'(', b'B', ..], _) => {
                in_jis = false;
                3
            }
            ([0x21..=0x28 | 0x30..=0x74, 0x21..=0x7e, ..], true) => 2,
            ([octet, ..], false) if *octet != 0x1b => 1,
            _ => panic!("octet {first:#x} in {}", octets.escape_ascii()),
        };
        rest = &rest[taken..];
    }
    assert!(!in_jis, "ends in ASCII");
}

/// The text with everything replaced that has a replacement where ISO-2022-JP is insisted on: read here once more.
pub(crate) fn replaced(text: &str) -> String {
    use std::collections::BTreeMap;
    use std::sync::LazyLock;
    static TABLE: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
        let lines = include_str!("../../replacements.txt").lines();
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect()
    });
    let blank = "\u{A0}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{202F}\u{205F}";
    let unseen = |c: char| {
        "\u{AD}\u{200B}\u{200C}\u{2060}\u{FEFF}".contains(c)
            || ('\u{FE00}'..='\u{FE0F}').contains(&c)
            || ('\u{E0100}'..='\u{E01EF}').contains(&c)
    };
    let mut replaced = String::new();
    for c in text.chars().filter(|c| !unseen(*c)) {
        match TABLE.get(c.encode_utf8(&mut [0; 4]) as &str) {
            Some(other) => replaced.push_str(other),
            None if blank.contains(c) => replaced.push(' '),
            None => replaced.push(c),
        }
    }
    replaced
}

/// One spelling for all that ISO-2022-JP does not tell apart, with every sound mark as a character of its own.
pub(crate) fn spelling(text: &str) -> String {
    const HALF: &str =
        "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ〜‖—−¢£¬¥‾\u{3099}\u{309A}";
    const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜～∥―－￠￡￢￥￣゛゜";
    const JOINED: &str =
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴヾがぎぐげござじずぜぞだぢづでどばびぶべぼゞ";
    const APART: &str =
        "カキクケコサシスセソタチツテトハヒフヘホウヽかきくけこさしすせそたちつてとはひふへほゝ";
    const HALF_JOINED: &str = "パピプペポぱぴぷぺぽ";
    const HALF_APART: &str = "ハヒフヘホはひふへほ";
    let other = |c: char, from: &str, to: &str| {
        Some(to.chars().nth(from.chars().position(|one| one == c)?).expect("tables of one length"))
    };
    let mut spelling = String::new();
    for c in text.chars() {
        let c = other(c, HALF, FULL).unwrap_or(c);
        if let Some(base) = other(c, JOINED, APART) {
            spelling.extend([base, '゛']);
        } else if let Some(base) = other(c, HALF_JOINED, HALF_APART) {
            spelling.extend([base, '゜']);
        } else {
            spelling.push(c);
        }
    }
    spelling
}

/// Columns of a text, counted for these tests alone: two for what is not Latin.
pub(crate) fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| if u32::from(c) < 0x370 || ('\u{FF61}'..='\u{FF9F}').contains(&c) { 1 } else { 2 })
        .sum()
}
