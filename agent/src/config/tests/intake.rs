//! `[[listen]]`: nobody is let in by mistake.

use super::*;
use std::time::Duration;

fn listen(keys: &str) -> Result<Config, ConfigError> {
    parse(&format!("[[listen]]\n{keys}\n{PROVIDER}port = 2599\n"))
}

#[test]
fn nobody_listens_unless_somebody_says_so() {
    assert_eq!(parse(PROVIDER).expect("a configuration").intakes, []);
    let config = listen("kind = \"smtp\"\naddress = \"127.0.0.1:2525\"").expect("a configuration");
    let [intake] = &config.intakes[..] else { panic!("{:?}", config.intakes) };
    assert_eq!((intake.speech, intake.place.to_string()), (Speech::Smtp, "127.0.0.1:2525".to_owned()));
    assert_eq!((intake.connections, intake.octets_max, intake.any_login), (1000, 5 << 20, false));
    assert_eq!((intake.connections_each, intake.alerts_per_minute_each), (100, 600));
    assert_eq!((intake.idle, intake.within), (Duration::from_mins(1), Duration::from_mins(5)));
    let socket = listen("kind = \"http\"\nsocket = \"s\"").expect("a socket needs no token");
    assert_eq!(socket.intakes[0].place.to_string(), "/etc/alertmail/s");
}

#[test]
fn what_would_let_others_in_or_go_round_is_a_mistake() {
    for (keys, what) in [
        ("address = \"127.0.0.1:1\"", "`kind` is missing"),
        ("kind = \"pop\"", "what is spoken there is"),
        ("kind = \"smtp\"", "`address` is missing, or `socket`"),
        ("kind = \"smtp\"\naddress = \"2525\"", "`2525` is no place to listen"),
        ("kind = \"smtp\"\naddress = \"0.0.0.0:2525\"", "say in `networks` which of them may connect"),
        ("kind = \"lmtp\"\naddress = \"[::]:2525\"", "say in `networks`"),
        (
            "kind = \"smtp\"\naddress = \"[::1]:2525\"\nnetworks = \"192.0.2.0/24\"",
            "no other machine can reach",
        ),
        ("kind = \"smtp\"\nsocket = \"s\"\naddress = \"[::1]:2525\"", "of no use beside `socket`"),
        ("kind = \"smtp\"\nsocket = \"s\"\ntoken = \"none\"", "`token` is for kind \"http\""),
        ("kind = \"http\"\nsocket = \"s\"\nauth = \"any\"", "`auth` is for kind \"smtp\""),
        ("kind = \"smtp\"\nsocket = \"s\"\nauth = \"plain\"", "a login that is everybody's"),
        ("kind = \"http\"\naddress = \"127.0.0.1:8025\"", "`token` is missing"),
        ("kind = \"http\"\naddress = \"127.0.0.1:8025\"\ntoken = \"hunter2\"", "does not belong in here"),
        (
            "kind = \"http\"\naddress = \"0.0.0.0:8025\"\nnetworks = \"192.0.2.0/24\"\ntoken = \"none\"",
            "every machine in `networks` could send",
        ),
        ("kind = \"smtp\"\nsocket = \"s\"\nidle = \"11m\"", "`idle` has to be a time up to 10 m"),
        ("kind = \"smtp\"\nsocket = \"s\"\nalerts_per_minute_each = 0", "from 1 to 60000"),
        ("kind = \"smtp\"\nsocket = \"s\"\nsize_max_kib = 5121", "from 1 to 5120"),
        ("kind = \"smtp\"\nsocket = \"s\"\n[[listen]]\nkind = \"lmtp\"\nsocket = \"s\"", "listens at"),
        ("kind = \"smtp\"\nsocket = \"s\"\nrecipients = \"a b\"", "`recipients`: "),
    ] {
        let error = listen(keys).expect_err(keys).to_string();
        assert!(error.contains(what) && !error.contains("hunter2"), "{keys}: {error}");
    }
    let round = "[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:2525\"\n\
        [[provider]]\nname = \"home\"\nhost = \"localhost\"\nport = 2525\ntls = \"none\"\nfrom = \"a@example.jp\"\n";
    assert!(mistakes(round).contains("provider `home` leads here"), "{}", mistakes(round));
}
