//! Many at a time, and an agent that is killed among them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use harness::PATIENCE;

use crate::client::id;
use crate::stage::field;
use crate::{Client, Stage};

#[test]
fn a_thousand_at_a_time_are_served_and_who_comes_then_is_told_so() {
    const MANY: usize = 1000;
    let stage = Stage::new("kind = \"smtp\"");
    let mut clients: Vec<Client> = (0..MANY).map(|_| Client::to(stage.port)).collect();
    for client in &mut clients {
        assert!(client.reply().expect("a greeting").starts_with("220 "));
    }
    let mut more = Client::to(stage.port);
    assert_eq!(more.rest(), "421 4.3.2 too many connections at a time; try again\r\n");
    // All of them in the middle of a mail, and then all at once.
    let text = "EHLO test\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<root>\r\nDATA\r\nSubject: ";
    for (n, client) in clients.iter_mut().enumerate() {
        client.send(format!("{text}{n}\r\n\r\n{}", "x".repeat(4000))).expect("sent");
    }
    for client in &mut clients {
        client.send("\r\n.\r\n").expect("sent");
    }
    let mut kept = BTreeMap::new();
    for (n, client) in clients.iter_mut().enumerate() {
        for _ in 0..4 {
            client.reply().expect("a reply");
        }
        let reply = client.reply().expect("a reply");
        let id = id(&reply).unwrap_or_else(|| panic!("{n}: {reply}"));
        assert_eq!(kept.insert(id.to_owned(), n.to_string()), None);
    }
    let alerts = stage.alerts();
    assert_eq!(alerts.len(), MANY);
    for (id, alert) in alerts {
        assert_eq!(field(&alert, "Subject"), kept.remove(&id.to_string()));
    }
    let peak = stage.agent.as_ref().expect("it runs").peak_kib();
    eprintln!("a thousand connections: {} MiB at most", peak / 1024);
    assert!(peak < 160 * 1024, "{peak} KiB");
    // Who has gone makes room.
    drop(clients);
    stage.sandbox.wait_for("room", PATIENCE, || {
        Client::try_to(stage.port)
            .and_then(|mut client| client.mail("root", "more"))
            .is_ok_and(|it| id(&it).is_some())
    });
}

/// Each client sends mails with subjects of its own, each once. What it was told is kept is there, once; of what it was told
/// nothing it knows nothing, and that is there once at most.
#[test]
fn nothing_that_was_acknowledged_is_lost_when_the_agent_is_killed() {
    const CLIENTS: usize = 16;
    const KILLS: usize = 4;
    let mut stage = Stage::new("kind = \"smtp\"");
    let (port, done, next) = (stage.port, AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let subject = format!("mail{}", next.fetch_add(1, Ordering::Relaxed));
                    let reply = Client::try_to(port).and_then(|mut client| client.mail("root", &subject));
                    match reply.as_deref().ok().and_then(id) {
                        Some(id) => {
                            acknowledged.lock().expect("no panic").insert(subject, id.to_owned());
                        }
                        None => std::thread::sleep(Duration::from_millis(5)),
                    }
                }
            });
        }
        for kill in 0..KILLS {
            let (before, began) = (acknowledged.lock().expect("no panic").len(), Instant::now());
            while acknowledged.lock().expect("no panic").len() < before + 40 + 7 * kill
                && began.elapsed() < PATIENCE
            {
                std::thread::sleep(Duration::from_millis(1));
            }
            stage.kill();
            stage.start();
        }
        done.store(true, Ordering::Relaxed);
    });
    let acknowledged = acknowledged.into_inner().expect("no panic");
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, alert) in stage.alerts() {
        found.entry(field(&alert, "Subject").expect("a subject")).or_default().push(id.to_string());
    }
    eprintln!(
        "{} mails, {} acknowledged, {} kept, {KILLS} kills",
        next.into_inner(),
        acknowledged.len(),
        found.len()
    );
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    for (subject, ids) in &found {
        assert_eq!(ids.len(), 1, "{subject}");
    }
    for (subject, id) in acknowledged {
        assert_eq!(found.get(&subject), Some(&vec![id]), "{subject}");
    }
}
