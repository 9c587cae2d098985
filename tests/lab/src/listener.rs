//! The server's thread: accepts connections and gives each one a task, until its owner is gone.

use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::LabError;
use crate::connection;
use crate::record::Record;

/// Connections that may wait for being accepted.
const BACKLOG: u32 = 1024;
/// Rest after a failed accept, so that a lack of descriptors does not make the thread spin.
const ACCEPT_REST: Duration = Duration::from_millis(10);

/// What the owner can ask of the thread. A closed channel asks it to end.
pub(crate) enum Order {
    /// Drop every open connection, then say so.
    CloseAll(std_mpsc::Sender<()>),
}

/// Runs the server; says once on `ready` whether it is listening.
pub(crate) fn run(
    socket: TcpSocket,
    record: Arc<Record>,
    orders: mpsc::UnboundedReceiver<Order>,
    ready: &std_mpsc::Sender<Result<(), LabError>>,
) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(why) => {
            // Nobody listens only if the owner has gone already.
            let _ = ready.send(Err(LabError::Thread(why)));
            return;
        }
    };
    runtime.block_on(async {
        match socket.listen(BACKLOG) {
            Ok(listener) => {
                let _ = ready.send(Ok(()));
                serve(listener, record, orders).await;
            }
            Err(why) => {
                let _ = ready.send(Err(LabError::Port(why)));
            }
        }
    });
}

async fn serve(listener: TcpListener, record: Arc<Record>, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            order = orders.recv() => match order {
                Some(Order::CloseAll(done)) => {
                    connections.shutdown().await;
                    let _ = done.send(());
                }
                None => break,
            },
            // A finished task is taken out at once; the branch sleeps while there is none.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(stream, record.arrive()));
                }
                Err(_) => tokio::time::sleep(ACCEPT_REST).await,
            },
        }
    }
    connections.shutdown().await;
}
