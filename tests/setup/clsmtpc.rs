//! Every command of contrib/clsmtpc.md is run, against servers with the manners of those that it speaks of.

use std::path::Path;
use std::process::Command;

use harness::{Sandbox, run, write_file};
use lab::Personality;

use crate::{ALERTMAIL, PASSWORD, file, repository, sandbox};

/// The commands of the page, in order.
fn commands(page: &str) -> Vec<&str> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).collect()
}

/// The command with the page's host on this machine, at this port.
fn here(line: &str, host: &str, port: u16) -> String {
    line.replace(" --port 587", "")
        .replace(&format!("--server {host}"), &format!("--server 127.0.0.1 --ca-file ca.pem --port {port}"))
        .replace(&format!("probe {host}:25"), &format!("probe 127.0.0.1:{port}"))
}

fn types(sandbox: &Sandbox, line: &str) -> harness::Ended {
    let built = Path::new(ALERTMAIL).parent().expect("a folder").to_string_lossy().into_owned();
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(line).current_dir(sandbox.path());
    bash.env_remove("ALERTMAIL_CONFIG").env_remove("ALERTMAIL_SPOOL");
    bash.env("PATH", format!("{built}:{}", std::env::var("PATH").unwrap_or_default()));
    run(&mut bash, b"")
}

/// The mechanisms of the article's own server.
fn with_all(server: Personality) -> Personality {
    server.without_capability("AUTH").capability("AUTH LOGIN PLAIN DIGEST-MD5 CRAM-MD5")
}

#[test]
fn every_command_of_the_page_works_as_it_stands() {
    let sandbox = sandbox();
    let authority = sandbox.authority();
    let servers = [
        ("smtp.example.jp", with_all(Personality::self_hosted(authority))),
        ("rita.example.jp", with_all(Personality::plain())),
        ("yahoo.example.jp", Personality::yahoo(authority, &["alert@example.jp"])),
        ("goo.example.jp", Personality::goo(authority)),
        ("docomo.example.jp", Personality::docomo(authority, "alert@example.jp")),
    ]
    .map(|(host, personality)| (host, sandbox.server(host, personality.login("alert", PASSWORD))));
    let table = format!("alert:127.0.0.1:{PASSWORD}\n");
    write_file(&sandbox.path().join("passwords"), 0o600, table.as_bytes());
    write_file(&sandbox.path().join("password"), 0o600, format!("{PASSWORD}\n").as_bytes());
    assert!(Path::new(&file(&sandbox, "ca.pem")).exists());

    let page = repository("contrib/clsmtpc.md");
    let (mut sent, mut probed) = (0, 0);
    for line in commands(&page) {
        let (host, server) = servers.iter().find(|(host, _)| line.contains(host)).expect("a host");
        let before = server.mails().len();
        let ended = types(&sandbox, &here(line, host, server.port()));
        assert_eq!(ended.code, Some(0), "{line}\n{}{}", ended.stdout, ended.stderr);
        if line.contains("alertmail send") {
            let mail = server.mails().pop().expect(line);
            assert_eq!((server.mails().len(), mail.user.as_deref()), (before + 1, Some("alert")), "{line}");
            assert!(line.contains(&format!("--from {} ", mail.sender)), "{line}");
            // The mechanism that is asked for is the one that is used.
            let asked = line.split("--auth ").nth(1).and_then(|rest| rest.split(' ').next());
            if let Some(asked) = asked.filter(|asked| *asked != "auto") {
                let used = server.commands().into_iter().rfind(|command| command.starts_with("AUTH "));
                assert!(
                    used.is_some_and(|it| it.to_lowercase().starts_with(&format!("auth {asked}"))),
                    "{line}"
                );
            }
            assert!(line.contains("--header-from") == mail.text().contains("watch@example.com"), "{line}");
            sent += 1;
        } else {
            assert!(ended.stdout.contains("greeting     mx.example.jp ESMTP"), "{}", ended.stdout);
            probed += 1;
        }
    }
    assert_eq!((sent, probed), (8, 1));
}

#[test]
fn a_password_does_not_go_out_readable_without_tls() {
    let sandbox = sandbox();
    let server =
        sandbox.server("clear", Personality::plain().capability("AUTH LOGIN PLAIN").login("alert", PASSWORD));
    write_file(&sandbox.path().join("password"), 0o600, PASSWORD.as_bytes());
    let line = format!(
        "alertmail send --server 127.0.0.1 --port {} --tls none --user alert --password-file password \
         --from alert@example.jp --to oncall@example.jp x",
        server.port()
    );
    for auth in ["", " --auth plain"] {
        let ended = types(&sandbox, &(line.clone() + auth));
        assert_eq!(ended.code, Some(77), "{ended:?}");
        assert!(
            ended.stdout.contains("the password or token would go out in clear and was not sent"),
            "{ended:?}"
        );
    }
    assert!(server.commands().iter().all(|command| !command.starts_with("AUTH")), "{:?}", server.commands());
}
