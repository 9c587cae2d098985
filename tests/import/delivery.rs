//! With what was imported an agent logs in and delivers, for each program.

use std::path::Path;

use harness::{Config, PATIENCE, write_file};
use lab::Personality;

use crate::{furnish, import, sandbox};

const PASSWORD: &str = "correct horse";

/// One program: its files, for a server at this port that this file vouches for.
fn files(peer: &str, port: u16, ca: &Path) -> Vec<(&'static str, String)> {
    let ca = ca.display();
    match peer {
        "nullmailer" => vec![
            (
                "etc/nullmailer/remotes",
                format!("localhost smtp port={port} starttls user=alert pass='{PASSWORD}' x509cafile={ca}\n"),
            ),
            ("etc/nullmailer/adminaddr", "ops@example.jp\n".to_owned()),
            ("etc/nullmailer/allmailfrom", "alert@example.jp\n".to_owned()),
        ],
        "msmtp" => vec![
            (
                "etc/msmtprc",
                format!(
                    "account default\nhost localhost\nport {port}\ntls on\ntls_trust_file {ca}\nauth on\nuser alert\npasswordeval echo '{PASSWORD}'\nfrom alert@example.jp\naliases /etc/aliases\n"
                ),
            ),
            ("etc/aliases", "root: ops@example.jp\n".to_owned()),
        ],
        "ssmtp" => vec![
            (
                "etc/ssmtp/ssmtp.conf",
                format!(
                    "root=ops@example.jp\nmailhub=localhost:{port}\nUseSTARTTLS=YES\nAuthUser=alert\nAuthPass={PASSWORD}\nTLS_CA_File={ca}\n"
                ),
            ),
            ("etc/ssmtp/revaliases", "root:alert@example.jp\n".to_owned()),
        ],
        "dma" => vec![
            (
                "etc/dma/dma.conf",
                format!(
                    "SMARTHOST localhost\nPORT {port}\nAUTHPATH /etc/dma/auth.conf\nSECURETRANSFER\nSTARTTLS\nMASQUERADE alert@example.jp\n"
                ),
            ),
            ("etc/dma/auth.conf", format!("alert|localhost:{PASSWORD}\n")),
            ("etc/aliases", "*: ops@example.jp\n".to_owned()),
        ],
        _ => vec![
            (
                "etc/postfix/main.cf",
                format!(
                    "myhostname = db1.example.jp\nrelayhost = [localhost]:{port}\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = hash:/etc/postfix/sasl\nsmtp_tls_security_level = verify\nsmtp_tls_CAfile = {ca}\nsmtp_generic_maps = hash:/etc/postfix/generic\nalias_maps = hash:/etc/aliases\n"
                ),
            ),
            ("etc/postfix/sasl", format!("[localhost]:{port} alert:{PASSWORD}\n")),
            ("etc/postfix/generic", "root@db1.example.jp alert@example.jp\n".to_owned()),
            ("etc/aliases", "root: ops@example.jp\n".to_owned()),
        ],
    }
}

#[test]
fn an_agent_with_what_was_imported_logs_in_and_delivers() {
    for peer in ["nullmailer", "msmtp", "ssmtp", "dma", "postfix"] {
        let sandbox = sandbox();
        let personality = Personality::self_hosted(sandbox.authority()).login("alert", PASSWORD);
        let server = sandbox.server("home", personality);
        sandbox.configure(&Config::of([]));
        let ca = sandbox.path().join("ca.pem");
        let root = sandbox.path().join("old");
        let files = files(peer, server.port(), &ca);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        furnish(&root, &files);
        // The same certificates on the machine that it comes from.
        furnish(&root, &[(&ca.display().to_string(), "x")]);
        let config = sandbox.config_file();
        std::fs::remove_file(&config).expect("it is ours");
        let ended = import(peer, &root, &["--output", &config.display().to_string()]);
        assert_eq!(ended.code, Some(0), "{peer}: {}", ended.stderr);
        let toml = std::fs::read_to_string(&config).expect("text");
        let mut toml = format!("spool = \"{}\"\n{toml}", sandbox.spool().display());
        if peer == "dma" {
            // dma believes everybody, so that its configuration names nobody who vouches for the server.
            toml = toml.replace(
                "tls = \"starttls\"",
                &format!("tls = \"starttls\"\nca_file = \"{}\"", ca.display()),
            );
        }
        std::fs::remove_file(&config).expect("it is ours");
        write_file(&config, 0o600, toml.as_bytes());
        let agent = sandbox.start_agent();
        let id = sandbox.enqueue(&["--subject", "disk full", "/var is at 100 %"]);
        assert!(server.wait_for_mails(1, PATIENCE), "{peer}: {}\n{toml}", agent.log());
        let mail = server.mails().remove(0);
        assert_eq!(
            (mail.sender.as_str(), mail.recipients.as_slice()),
            ("alert@example.jp", &["ops@example.jp".to_owned()][..]),
            "{peer}"
        );
        sandbox.wait_until_sent(id);
        assert_eq!(agent.stop(), Some(0));
    }
}
