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
