//! Nobody takes all of a place for himself.

use crate::client::id;
use crate::{Client, Stage};

#[test]
fn one_user_has_a_share_of_the_connections_and_of_a_minute_and_others_are_served() {
    let stage = Stage::new(
        "kind = \"smtp\"\nconnections_each = 1\nalerts_per_minute_each = 1\n[[listen]]\nkind = \"smtp\"\n\
         socket = \"smtp.sock\"\nconnections_each = 2\nalerts_per_minute_each = 3",
    );
    let socket = stage.path("smtp.sock");
    let mut first = Client::to_socket(&socket);
    assert!(first.reply().expect("a greeting").starts_with("220 "));
    let second = Client::to_socket(&socket);
    assert_eq!(
        Client::to_socket(&socket).rest(),
        "421 4.7.0 too many connections from one place at a time; try again\r\n"
    );
    // By an address nobody knows who it is, and what holds for one user does not.
    let mut others: Vec<Client> = (0..3).map(|_| Client::to(stage.port)).collect();
    for other in &mut others {
        let said = other.mail("root", "all is not well").expect("it is served");
        assert!(id(&said).is_some(), "{said}");
    }
    drop(second);
    stage.sandbox.wait_for("there is room again", harness::PATIENCE, || {
        Client::to_socket(&socket).say("QUIT").is_ok_and(|said| said.starts_with("220 "))
    });
    drop(first);
    let mail = || {
        Client::to_socket(&socket).mail("root", "all is not well").unwrap_or_else(|error| error.to_string())
    };
    let mut kept = 0;
    for _ in 0..20 {
        let said = mail();
        kept += usize::from(id(&said).is_some());
        if said.starts_with("451 4.3.0 more than 3 alerts within a minute") {
            break;
        }
    }
    // One more comes every 20 s, on a machine that has much to do.
    assert!((3..=5).contains(&kept), "{kept}");
    assert_eq!(stage.alerts().len(), 3 + kept);
}
