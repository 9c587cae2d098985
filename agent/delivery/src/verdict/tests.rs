//! Verdicts: each text that is known to be said, with what it means; and what holds for any text.

use proptest::prelude::*;
use smtp::Phase::{Auth, Data, Dot, Ehlo, Greeting, Mail, Rcpt};
use smtp::{Failure, Phase, Reply, ReplyCode, Trouble};

use super::*;

const PHASES: [Phase; 12] = [
    Phase::Connect,
    Greeting,
    Ehlo,
    Phase::StartTls,
    Phase::Tls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
    Phase::Rset,
    Phase::Quit,
];

fn reply(text: &str) -> Reply {
    let (code, rest) = text.split_at(3);
    Reply::new(ReplyCode(code.parse().expect("a code")), [rest.trim_start()])
}

fn judged(phase: Phase, text: &str, phrases: &Phrases) -> String {
    let given = judge(&Failure::new(phase, Trouble::Reply(reply(text))), phrases);
    let limit = if given.is_limit { " limit" } else { "" };
    format!("{} {} {}{limit}", given.scope.as_str(), given.lasting.as_str(), given.rule)
}

/// Where it is said, what is said, and what that means.
type Row = (Phase, &'static str, &'static str);

const SESSION: &[Row] = &[
    (Greeting, "554 5.3.2 no service here", "provider soft session-refused"),
    (Greeting, "554 5.7.1 client host blocked", "provider soft session-refused"),
    (Greeting, "451 later", "provider soft session-refused"),
    (Ehlo, "421 4.3.2 too busy", "provider soft going-away"),
    (Ehlo, "550 what a name", "provider soft session-refused"),
    (Phase::StartTls, "454 4.7.0 TLS not available", "provider soft session-refused"),
    (Auth, "535 5.7.8 bad credentials", "provider hard login-refused"),
    (Auth, "534 5.7.9 too weak", "provider hard login-refused"),
    (Auth, "504 5.5.4 unknown mechanism", "provider hard login-refused"),
    (Auth, "538 5.7.11 needs TLS", "provider hard login-refused"),
    (Auth, "454 4.7.0 temporary", "provider soft login-not-now"),
    (Auth, "432 4.7.12 a password transition is needed", "provider soft login-not-now"),
    (Auth, "454 Throttling failure: Maximum sending rate exceeded", "provider soft throttled limit"),
    (Auth, "530 5.7.0 Must issue a STARTTLS command first", "provider hard starttls-needed"),
];

const SENDER: &[Row] = &[
    (Mail, "530 5.7.0 authentication required", "provider hard login-needed"),
    (Mail, "530 5.5.1 Invalid command: Must issue an AUTH command first", "provider hard login-needed"),
    (Mail, "530 5.7.0 Must issue a STARTTLS command first", "provider hard starttls-needed"),
    (Mail, "550 please authenticate first", "provider hard login-needed"),
    (Mail, "553 sorry, that address is not registered", "provider hard sender-refused"),
    (Mail, "553 5.1.8 domain of sender does not exist", "provider hard sender-refused"),
    (Mail, "550 5.1.7 bad sender", "provider hard sender-refused"),
    (
        Mail,
        "550 5.7.60 client does not have permissions to send as this sender",
        "provider hard sender-refused",
    ),
    (Mail, "553 sorry, your envelope sender has been denied (#5.7.1)", "provider hard sender-refused"),
    (Mail, "501 5.5.4 domain name required", "provider hard sender-refused"),
    (Mail, "503 5.5.1 nested MAIL command", "provider hard not-understood"),
    (Mail, "554 5.3.2 not now", "provider soft provider-trouble"),
    (Mail, "451 4.3.0 later", "provider soft provider-trouble"),
    (Mail, "452 4.4.5 insufficient disk space", "provider soft provider-trouble"),
    (Mail, "451 later", "provider soft sender-not-now"),
    (
        Mail,
        "550 domain example.jp has exceeded the max emails per hour (60/50)",
        "provider soft throttled limit",
    ),
    (Mail, "552 5.3.4 too big", "message hard too-large"),
    (Mail, "552 5.2.3 too big", "message hard too-large"),
    (Mail, "552 too big", "message hard too-large"),
];

const RECIPIENT_BY_NUMBER: &[Row] = &[
    (Rcpt, "550 5.1.1 unknown user", "recipient hard no-such-recipient"),
    (Rcpt, "550 5.1.2 domain not found", "recipient hard no-such-recipient"),
    (Rcpt, "501 5.1.3 bad syntax", "recipient hard no-such-recipient"),
    (Rcpt, "550 5.1.6 has moved", "recipient hard no-such-recipient"),
    (Rcpt, "550 5.1.10 null MX", "recipient hard no-such-recipient"),
    (Rcpt, "524 5.2.4 Mailing list expansion problem: <a@b>", "recipient hard no-such-recipient"),
    (Rcpt, "553 5.1.8 sender's domain not found", "provider hard sender-refused"),
    (Rcpt, "550 5.1.0 <a@b>: Sender address rejected: User unknown", "provider hard sender-refused"),
    (Rcpt, "550 5.1.0 address rejected", "recipient hard no-such-recipient"),
    (Rcpt, "554 5.7.1 relay access denied", "provider hard policy"),
    (Rcpt, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "provider hard policy"),
    (Rcpt, "530 5.7.0 authentication required", "provider hard login-needed"),
    (Rcpt, "450 4.2.1 busy", "recipient soft mailbox-disabled"),
    (Rcpt, "550 5.2.1 disabled", "recipient soft mailbox-disabled"),
    (Rcpt, "552 5.2.2 mailbox full", "recipient soft mailbox-full"),
    (Rcpt, "452 4.2.2 mailbox full", "recipient soft mailbox-full"),
    (Rcpt, "552 5.2.3 too big for this mailbox", "message hard too-large"),
    (Rcpt, "452 4.5.3 too many recipients", "provider soft too-many-recipients"),
    (Rcpt, "552 5.5.3 too many recipients", "provider soft too-many-recipients"),
    (Rcpt, "450 4.1.2 no such domain just now", "recipient soft recipient-not-now"),
    (Rcpt, "450 4.7.1 come back", "recipient soft recipient-not-now"),
    (Rcpt, "450 4.2.0 Greylisted, see you later", "recipient soft greylisted"),
    (Rcpt, "451 4.3.0 temporary lookup failure", "provider soft provider-trouble"),
    (Rcpt, "452 4.3.1 insufficient system storage", "provider soft provider-trouble"),
    (Rcpt, "550 5.6.0 what", "provider soft unknown-refusal"),
    (Rcpt, "550 5.4.5 congestion", "provider soft provider-trouble"),
    (Rcpt, "550 5.4.5 Daily user sending limit exceeded.", "provider soft throttled limit"),
    (Rcpt, "504 5.5.2 need a fully-qualified host name", "provider soft provider-trouble"),
];

const RECIPIENT_BY_WORDS: &[Row] = &[
    (Rcpt, "550 Unknown user", "recipient hard no-such-recipient"),
    (Rcpt, "554 <a@b>: User unknown in virtual table", "recipient hard no-such-recipient"),
    (Rcpt, "550 5.0.0 no such user here", "recipient hard no-such-recipient"),
    (Rcpt, "550 Unrouteable address", "recipient hard no-such-recipient"),
    (Rcpt, "550 Invalid recipient <a@b>", "recipient hard no-such-recipient"),
    (Rcpt, "550 sorry, no mailbox here by that name (#5.1.1)", "recipient hard no-such-recipient"),
    (Rcpt, "550 : User unknown", "provider hard carrier-filter"),
    (Rcpt, "550 <a@b>: User unknown", "recipient hard no-such-recipient"),
    (Rcpt, "554 Relay access denied", "provider hard relay-denied"),
    (Rcpt, "513 Relaying denied.", "provider hard relay-denied"),
    (Rcpt, "550 relay not permitted", "provider hard relay-denied"),
    (Rcpt, "550 Sender verify failed", "provider hard sender-refused"),
    (Rcpt, "550 blocked by our list", "provider hard policy-words"),
    (Rcpt, "550 Administrative prohibition", "provider hard policy-words"),
    (Rcpt, "550 no such user, access denied", "provider hard policy-words"),
    (Rcpt, "450 throttled", "provider soft throttled limit"),
    (Rcpt, "451 greylisted", "recipient soft greylisted"),
    (Rcpt, "552 too many recipients", "provider soft too-many-recipients"),
    (Rcpt, "452 enough", "provider soft too-many-recipients"),
    (Rcpt, "554 over quota, try again later", "recipient soft mailbox-full"),
    (Rcpt, "550 Mailbox full", "recipient soft mailbox-full"),
    (Rcpt, "552 what", "recipient soft mailbox-full"),
    (Rcpt, "550", "recipient hard no-such-recipient"),
    (Rcpt, "554", "provider soft unknown-refusal"),
    (Rcpt, "450 what", "recipient soft recipient-not-now"),
];

const MESSAGE: &[Row] = &[
    (Data, "451 4.3.0 later", "provider soft data-refused"),
    (Data, "554 no valid recipients", "provider soft data-refused"),
    (Dot, "451 4.7.1 later", "message soft message-not-now"),
    (Dot, "554 5.2.2 over quota", "recipient soft mailbox-full"),
    (Dot, "554 5.2.252 SendAsDenied; not allowed to send as another", "provider hard sender-refused"),
    (
        Dot,
        "550 5.2.252 Sender throttled due to continuous send as denied errors",
        "provider soft throttled limit",
    ),
    (Dot, "554 Message rejected: Email address is not verified.", "provider hard sender-refused"),
    (Dot, "554 Quota exceeded", "provider soft over-quota"),
    (Dot, "550 5.7.1 looks like spam", "provider hard policy"),
    (Dot, "550 this is spam", "provider hard policy-words"),
    (Dot, "552 message size exceeds maximum permitted", "message hard too-large"),
    (Dot, "552 5.3.4 too big", "message hard too-large"),
    (Dot, "554 5.3.0 not today", "provider soft provider-trouble"),
    (Dot, "554 5.6.0 bad content", "message hard message-refused"),
    (Dot, "550 5.1.1 unknown user", "message hard message-refused"),
    (Dot, "502 5.5.2 command not recognized", "provider hard not-understood"),
    (Dot, "500 what?", "provider hard not-understood"),
    (Dot, "421 4.3.2 going down", "provider soft going-away"),
];

#[test]
fn each_refusal_has_its_scope_and_its_rule() {
    let rows = [SESSION, SENDER, RECIPIENT_BY_NUMBER, RECIPIENT_BY_WORDS, MESSAGE].concat();
    for (phase, text, verdict) in rows {
        assert_eq!(judged(phase, text, &Phrases::default()), verdict, "{phase}: {text}");
    }
}

fn phrase(rule: &str, enhanced: &str, words: &[&str], (scope, lasting): (Scope, Lasting)) -> Phrase {
    Phrase {
        rule: rule.to_owned(),
        phases: Vec::new(),
        codes: Vec::new(),
        enhanced: enhanced.parse().into_iter().collect(),
        words: words.iter().map(|&word| word.to_owned()).collect(),
        scope,
        lasting,
        is_limit: false,
        meaning: String::new(),
    }
}

#[test]
fn a_provider_is_asked_for_a_number_first_and_for_words_where_numbers_say_nothing() {
    use Lasting::{Hard, Soft};
    let phrases = Phrases(vec![
        phrase("x-number", "5.1.1", &["really"], (Scope::Provider, Soft)),
        phrase("x-words", "", &["unknown"], (Scope::Provider, Hard)),
        Phrase { codes: vec![450], is_limit: true, ..phrase("x-code", "", &[], (Scope::Recipient, Soft)) },
        Phrase { phases: vec![Dot], ..phrase("x-phase", "", &["^odd"], (Scope::Message, Soft)) },
    ]);
    for (phase, text, verdict) in [
        (Rcpt, "550 5.1.1 really unknown", "provider soft x-number"),
        (Rcpt, "550 5.1.1 unknown", "recipient hard no-such-recipient"),
        (Rcpt, "550 unknown user", "provider hard x-words"),
        (Rcpt, "550 5.0.0 unknown user", "provider hard x-words"),
        (Rcpt, "421 unknown", "provider hard x-words"),
        (Rcpt, "450 what", "recipient soft x-code limit"),
        (Dot, "550 5.0.0 odd", "message soft x-phase"),
        (Dot, "550 5.0.0 how odd", "message hard message-refused"),
        (Rcpt, "550 odd", "recipient hard no-such-recipient"),
    ] {
        assert_eq!(judged(phase, text, &phrases), verdict, "{phase}: {text}");
    }
}

#[test]
fn each_rule_has_a_name_of_its_own() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    let is_name = |name: &str| name.bytes().all(|octet| octet.is_ascii_lowercase() || octet == b'-');
    assert!(names.iter().all(|name| is_name(name)), "{names:?}");
    for row in GENERAL {
        let is_lower = |word: &&str| **word == word.to_ascii_lowercase() && !word.is_empty();
        assert!(row.words.iter().all(is_lower), "{row:?}");
    }
}

/// Texts in which the words of the tables stand, between others.
fn texts() -> impl Strategy<Value = String> {
    let words: Vec<&'static str> =
        GENERAL.iter().flat_map(|row| row.words).map(|word| word.trim_start_matches('^')).collect();
    let word = prop_oneof![prop::sample::select(words).prop_map(str::to_owned), "[ -~]{0,12}", "\\PC{0,4}",];
    let status = prop::option::of((4u8..6, 0u16..9, 0u16..300));
    (status, prop::collection::vec(word, 0..4)).prop_map(|(status, words)| {
        let head = status
            .map_or_else(String::new, |(class, subject, detail)| format!("{class}.{subject}.{detail} "));
        head + &words.join(" ")
    })
}

fn phrases() -> impl Strategy<Value = Phrases> {
    let scope = prop::sample::select(vec![Scope::Provider, Scope::Recipient, Scope::Message]);
    let lasting = prop::sample::select(vec![Lasting::Soft, Lasting::Hard]);
    let word = prop::option::of("[a-z]{1,3}");
    let row =
        (scope, lasting, word, prop::option::of(400u16..600)).prop_map(|(scope, lasting, word, code)| {
            let words: Vec<&str> = word.iter().map(String::as_str).collect();
            Phrase { codes: code.into_iter().collect(), ..phrase("x-drawn", "", &words, (scope, lasting)) }
        });
    prop::collection::vec(row, 0..4).prop_map(Phrases)
}

proptest! {
    /// Whatever is said, and whatever a table of others makes of it.
    #[test]
    fn any_reply_has_a_known_verdict_and_only_a_refusal_of_rcpt_gives_a_recipient_up(
        phase in prop::sample::select(PHASES.to_vec()),
        code in 200u16..600,
        text in texts(),
        phrases in phrases(),
    ) {
        let reply = Reply::new(ReplyCode(code), [text.as_str()]);
        let given = judge(&Failure::new(phase, Trouble::Reply(reply)), &phrases);
        let known = RULES.iter().find(|rule| rule.name == given.rule);
        let expected = known.map_or((given.scope, given.lasting), |rule| (rule.scope, rule.lasting));
        prop_assert_eq!((given.scope, given.lasting), expected);
        prop_assert!(known.is_some() || given.rule == "x-drawn");
        prop_assert!(!given.refuses_recipient_for_good() || (phase == Rcpt && code >= 500));
        prop_assert!(given.scope != Scope::Machine);
    }

    /// Upper case, and what stands around the words, change nothing.
    #[test]
    fn how_loud_a_server_speaks_does_not_matter(
        phase in prop::sample::select(PHASES.to_vec()),
        code in 400u16..600,
        text in "[ -~]{0,40}",
    ) {
        let of = |text: &str| judged(phase, &format!("{code} {text}"), &Phrases::default());
        prop_assert_eq!(of(&text.to_ascii_uppercase()), of(&text.to_ascii_lowercase()));
    }
}
