//! The matrix: a healthy dialogue up to a phase, then trouble of each kind, then what must come of it.

use crate::script::{CONTENT, login, play};
use smtp::Security;

/// What one way to fail must lead to.
struct Row {
    phase: &'static str,
    /// The dialogue up to the moment in which the reply of this phase is awaited.
    script: String,
    /// Whether a refusal leaves a usable connection.
    survives_refusal: bool,
}

const MAIL: &str = "C: MAIL FROM:<alert@example.jp>\n";
const RCPT: &str = "C: RCPT TO:<a@example.com>\n";

/// Every phase in which a reply is awaited, without pipelining, with STARTTLS and AUTH.
fn rows() -> Vec<Row> {
    let steps = [
        ("greeting", String::new(), "S: 220 mx.example.com\n", false),
        ("ehlo", "C: EHLO client.example.jp\n".to_owned(), "S: 250-mx.example.com\nS: 250 STARTTLS\n", false),
        ("starttls", "C: STARTTLS\n".to_owned(), "S: 220 go\ntls\n", false),
        (
            "ehlo",
            "C: EHLO client.example.jp\n".to_owned(),
            "S: 250-mx.example.com\nS: 250 AUTH LOGIN\n",
            false,
        ),
        ("auth", "C: AUTH LOGIN\n".to_owned(), "S: 334 VXNlcm5hbWU6\n", false),
        ("auth", "C: YWxlcnRAZXhhbXBsZS5qcA==\n".to_owned(), "S: 334 UGFzc3dvcmQ6\n", false),
        ("auth", "C: Y29ycmVjdCBob3JzZQ==\n".to_owned(), "S: 235 2.7.0 ok\n", false),
        ("mail", MAIL.to_owned(), "S: 250 2.1.0 ok\n", true),
        ("rcpt", RCPT.to_owned(), "S: 250 2.1.5 ok\ngrant data\n", true),
        ("data", "C: DATA\n".to_owned(), "S: 354 go ahead\ngrant dot\n", true),
        ("dot", CONTENT.to_owned(), "S: 451 4.3.0 try later\nsettled failed dot 451\nidle\nbegin a\n", true),
        ("rset", "C: RSET\n".to_owned(), "S: 250 ok\n", false),
        ("mail", MAIL.to_owned(), "", true),
    ];
    let mut script = "begin a\n".to_owned();
    let mut rows = Vec::new();
    for (phase, client, server, survives_refusal) in steps {
        script.push_str(&client);
        let up_to_here = format!("{script}wait {phase}\n");
        rows.push(Row { phase, script: up_to_here, survives_refusal });
        script.push_str(server);
    }
    rows
}

#[test]
fn every_phase_survives_or_reports_every_kind_of_trouble() {
    for Row { phase, script, survives_refusal } in rows() {
        let lost = if phase == "dot" { "uncertain" } else { "failed" };
        let after_refusal = if survives_refusal { "idle" } else { "done" };
        for (trouble, verdict, what, after) in [
            ("S: 451 4.3.0 not now", "failed", "451", after_refusal),
            ("S: 554 5.3.0 never", "failed", "554", after_refusal),
            ("S: 421 4.3.2 going down", "failed", "421", "done"),
            ("S: 421 4.3.2 going down\nclose", "failed", "421", "done"),
            ("close", lost, "closed", "done"),
            ("S: 2\nclose", lost, "protocol", "done"),
            ("silent", lost, "silent", "done"),
            ("S: * OK IMAP4rev1 ready", lost, "protocol", "done"),
            ("S: 250-one\nS: 550 two", lost, "protocol", "done"),
        ] {
            play(
                &login(Security::StartTls),
                &format!("{script}{trouble}\nsettled {verdict} {phase} {what}\n{after}\n"),
            );
        }
    }
}

#[test]
fn a_reply_of_a_class_that_has_no_meaning_there_is_a_breach_of_protocol() {
    for Row { phase, script, .. } in rows() {
        let wrong = match phase {
            "data" => "S: 250 what message",
            "greeting" => "S: 250 hello",
            _ => "S: 354 go ahead",
        };
        let lost = if phase == "dot" { "uncertain" } else { "failed" };
        play(
            &login(Security::StartTls),
            &format!("{script}{wrong}\nsettled {lost} {phase} protocol\ndone\n"),
        );
    }
}

#[test]
fn words_behind_a_reply_that_answer_nothing_end_the_session() {
    // The dot is left out: its reply settles the transaction, and only the connection is lost.
    for (phase, script) in [
        ("ehlo", "S: 220 mx\nS: 250 injected"),
        ("auth", "S: 220 mx\nC: EHLO client.example.jp\nS: 250-x\nS: 250 AUTH PLAIN\nS: 235 injected"),
    ] {
        play(
            &login(Security::Implicit),
            &format!("begin a\n{script}\nsettled failed {phase} protocol\ndone\n"),
        );
    }
}

#[test]
fn a_probe_logs_in_and_leaves() {
    let script = "quit\nS: 220 mx\nC: EHLO client.example.jp\nS: 250-x\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\n\
                  S: 334 VXNlcm5hbWU6\nC: YWxlcnRAZXhhbXBsZS5qcA==\nS: 334 UGFzc3dvcmQ6\n\
                  C: Y29ycmVjdCBob3JzZQ==\n";
    let settings = login(Security::Implicit);
    play(&settings, &format!("{script}S: 235 ok\nC: QUIT\nwait quit\nS: 221 bye\ndone\n"));
    play(&settings, &format!("{script}S: 535 5.7.8 no\ndone auth 535\n"));
    play(&settings, "quit\nS: 554 no service\ndone greeting 554\n");
    play(&settings, "quit\nclose\ndone greeting closed\n");
}
