//! Looks at a certificate that was refused: a second connection with a handshake that accepts any chain.
//!
//! Nothing is ever sent over it, no EHLO and no goodbye: once the handshake has shown what there is to see, the connection
//! is dropped. Signatures are verified all the same, so that the key that is shown is one that the server really has.

use smtp::{AuthPolicy, Security, Session};
use tokio::time::{Instant, timeout};

use super::carry::{self, Carriage};
use super::connect::{Connection, connect};
use super::drive::Line;
use super::onlooker::Protection;
use super::tls::Handshake;
use super::wire::Wire;

/// What the server shows, whoever vouches for it. `None` if no handshake comes about.
pub(super) async fn peek(carriage: &Carriage) -> Option<Protection> {
    let limit = carriage.limits.connect;
    let Connection { stream, endpoint, .. } = connect(&carriage.target, limit, None).await.ok()?;
    let stream = match endpoint.security {
        Security::None => return None,
        Security::Implicit => stream,
        Security::StartTls => {
            let mut target = carriage.target.clone();
            target.auth = AuthPolicy::None;
            let session = Session::new(carry::settings(&target, endpoint, None, carry::seed().ok()?));
            let line = Line::new(session, Wire::Clear(stream), None, carriage.limits, None);
            line.up_to_handshake().await?
        }
    };
    let begun = Instant::now();
    let handshake = Handshake::only_to_look(&carriage.target).ok()?;
    let shaken = timeout(limit, handshake.shake(stream)).await;
    Some(Protection::of(&shaken.ok()?.ok()?, begun.elapsed()))
}
