//! The way to a provider, and who is believed at its end.

use super::*;

#[test]
fn a_way_is_a_proxy_or_a_program_and_a_proxys_password_stands_elsewhere() {
    let route =
        |lines: &str| parse(&format!("{PROVIDER}{lines}")).map(|config| config.providers[0].route.clone());
    assert_eq!(route("").expect("a configuration"), Route::Straight);
    let proxy = Proxy { host: "::1".into(), port: 1080, login: None };
    assert_eq!(route("proxy = \"socks5://[::1]:1080\"\n").expect("a proxy"), Route::Socks(proxy));
    let login = "proxy = \"socks5://me@p.example.jp:1\"\nproxy_password = { file = \"/x\" }\n";
    let login_read = Some(("me".to_owned(), SecretSource::File("/x".into())));
    let proxy = Proxy { host: "p.example.jp".into(), port: 1, login: login_read };
    assert_eq!(route(login).expect("a proxy"), Route::Socks(proxy));
    let words = vec!["nc".to_owned(), "{host}".to_owned()];
    assert_eq!(route("connect_command = [\"nc\", \"{host}\"]\n").expect("words"), Route::Command(words));
    for (lines, part) in [
        ("proxy = \"socks5://me:hunter2@p:1\"\n", "a password has no place in an address"),
        ("proxy = \"socks5://me@p:1\"\n", "needs both"),
        ("proxy = \"socks5://p:1\"\nproxy_password = { file = \"x\" }\n", "needs both"),
        ("proxy_password = { file = \"x\" }\n", "of no use without `proxy`"),
        ("proxy = \"http://p:1\"\n", "not the address of a SOCKS proxy"),
        ("proxy = \"socks5://p:1\"\nconnect_command = \"nc\"\n", "takes the place of `proxy`"),
        ("connect_command = []\n", "names no program"),
    ] {
        let error = route(lines).expect_err("refused").to_string();
        assert!(error.contains(part) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_pin_takes_the_place_of_authorities() {
    let hex = "0a".repeat(32);
    let config = parse(&format!("{PROVIDER}pin_sha256 = \"{hex}\"\ntls_name = \"other.example.jp\"\n"));
    let home = &config.expect("a configuration").providers[0];
    assert_eq!(home.trust, Trust::Pins(vec![Pin::new(&[10; 32]).expect("a pin")]));
    assert_eq!(home.tls_name.as_deref(), Some("other.example.jp"));
    for (lines, expected) in [
        (format!("pin_sha256 = \"{hex}\"\nca_file = \"x\"\n"), "takes the place of `ca_file`"),
        ("pin_sha256 = []\n".to_owned(), "is an empty list: no server would be trusted"),
        ("pin_sha256 = \"secret\"\n".to_owned(), "`secret` is not a SHA-256 digest"),
        ("tls_name = \"a b\"\n".to_owned(), "`a b` is not a name that a certificate can have"),
    ] {
        let error = mistakes(&format!("{PROVIDER}{lines}"));
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn an_address_of_the_internet_gets_nothing_without_tls_unless_the_password_is_hidden() {
    let provider = |host: &str, more: &str| {
        let login = "user = \"a\"\npassword = { file = \"x\" }\n";
        parse(&format!("{}{login}{more}", PROVIDER.replace("mail.example.jp", host)))
    };
    for host in ["192.0.2.7", "2001:db8::7"] {
        for tls in ["tls = \"none\"\n", "endpoints = [\"587/starttls\", \"25/none\"]\n"] {
            let error = provider(host, tls).expect_err("refused").to_string();
            assert!(error.contains("nothing goes there without TLS") && error.contains(":7:"), "{error}");
            assert!(provider(host, &format!("{tls}auth = [\"cram-md5\"]\n")).is_ok());
        }
        assert!(provider(host, "").is_ok());
    }
    for near in ["127.0.0.1", "10.1.2.3", "fd00::1", "mail.example.jp"] {
        assert!(provider(near, "tls = \"none\"\n").is_ok(), "{near}");
    }
}

#[test]
fn a_provider_may_be_a_program_or_a_folder_and_what_is_said_of_servers_is_then_a_mistake() {
    let read = |lines: &str| parse(&format!("[[provider]]\nname = \"x\"\n{lines}"));
    let means = |lines: &str| read(lines).expect("a configuration").providers[0].means.clone();
    let from = "from = \"alert@example.jp\"\n";
    let words = vec!["/bin/sms".to_owned(), "{local}".to_owned()];
    let line = |input| Means::Command(CommandLine { words: words.clone(), input });
    let sms = "kind = \"command\"\ncommand = [\"/bin/sms\", \"{local}\"]\n";
    assert_eq!(means(&format!("{sms}{from}")), line(Input::Message));
    let text = format!("{sms}input = \"text\"\ntext_max = 160\n");
    assert_eq!(means(&text), line(Input::Text { chars_max: Some(160) }));
    assert_eq!(means(&format!("{sms}input = \"none\"\n")), line(Input::None));
    let folder = format!("kind = \"maildir\"\npath = \"Mail\"\n{from}");
    assert_eq!(means(&folder), Means::Maildir("/etc/alertmail/Mail".into()));
    assert_eq!(means(&format!("kind = \"smtp\"\nhost = \"h.example.jp\"\n{from}")), Means::Smtp);
    for (lines, part) in [
        (sms.to_owned(), "`from` is missing"),
        (format!("{sms}{from}host = \"h\"\n"), "`host` is of no use with kind = \"command\""),
        (format!("{sms}{from}path = \"h\"\n"), "`path` is of no use with kind = \"command\""),
        (format!("{folder}input = \"text\"\n"), "`input` is of no use with kind = \"maildir\""),
        (
            format!("host = \"h.example.jp\"\n{from}path = \"Mail\"\n"),
            "`path` is of no use with kind = \"smtp\"",
        ),
        (format!("{sms}{from}text_max = 100\n"), "of use with input = \"text\" alone"),
        (format!("{sms}{from}input = \"body\"\n"), "`input` has to be"),
        (format!("kind = \"command\"\n{from}"), "`command` is missing"),
        (format!("kind = \"command\"\ncommand = []\n{from}"), "names no program"),
        (
            format!("kind = \"command\"\ncommand = [\"a\", \"{{too}}\"]\n{from}"),
            "`{too}` is not filled in; there are {to}, ",
        ),
        (format!("kind = \"maildir\"\n{from}"), "`path` is missing"),
        (format!("kind = \"pager\"\n{from}"), "no kind of provider"),
        ("kind = \"maildir\"\npath = \"Mail\"\n".to_owned(), "`from` is missing"),
    ] {
        let error = read(&lines).expect_err("refused").to_string();
        assert!(error.contains(part), "{lines}: {error}");
    }
}
