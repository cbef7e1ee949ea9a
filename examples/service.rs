//! A service: one office behind HTTP, with a kept journal and three routes – submit, books, decisions.
//!
//! ```text
//! cargo run --features sqlite --example service -- 127.0.0.1:8080 nanping.journal
//! curl -H 'content-type: application/json' 127.0.0.1:8080/requests \
//!   -d '{"id": "r-1", "draw": {"pool": "administrative-pool", "unit": "finance", "person": "p-017", "category": "selected-graduate"}}'
//! curl 127.0.0.1:8080/books/finance/administrative
//! curl 127.0.0.1:8080/decisions/1
//! ```
//! Without an address it serves itself these three once, and ends.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bianzhi::journal::SqliteStore;
use bianzhi::model::Figures;
use bianzhi::office::SharedOffice;
use bianzhi::{Charter, Decision, Entry, Office, PolicySet, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What went wrong, for a caller: the status and one sentence.
type No = (StatusCode, String);

/// Answers a request. A no of a policy or a law is an answer too; only a disk that fails is an error.
async fn submit(
    State(office): State<SharedOffice>,
    Json(request): Json<Request>,
) -> Result<Json<Arc<Decision>>, No> {
    let unavailable = |cause: String| (StatusCode::SERVICE_UNAVAILABLE, cause);
    // The request stands in line from here on; only the waiting is done elsewhere.
    let waiting = office.ask(request);
    let answer = tokio::task::spawn_blocking(move || waiting.wait()).await;
    answer
        .map_err(|cause| unavailable(cause.to_string()))?
        .map(Json)
        .map_err(|error| unavailable(error.to_string()))
}

/// The books of a node and kind, as the last kept answer left them.
async fn books(
    State(office): State<SharedOffice>,
    Path((node, kind)): Path<(String, String)>,
) -> Result<Json<Figures>, No> {
    let unknown = || (StatusCode::NOT_FOUND, format!("there is no node `{node}` with the kind `{kind}`"));
    office.read().figures(&node, &kind).map(Json).ok_or_else(unknown)
}

/// An answer of the past, by its entry.
async fn decision(
    State(office): State<SharedOffice>,
    Path(entry): Path<u64>,
) -> Result<Json<Arc<Decision>>, No> {
    match office.read().journal().entry(entry) {
        Some(Entry::Decided(decision)) => Ok(Json(Arc::clone(decision))),
        Some(Entry::Opened { .. } | Entry::Advanced(_)) | None => {
            Err((StatusCode::NOT_FOUND, format!("entry {entry} is no decision")))
        }
    }
}

fn service(office: SharedOffice) -> Router {
    Router::new()
        .route("/requests", post(submit))
        .route("/books/{node}/{kind}", get(books))
        .route("/decisions/{entry}", get(decision))
        .with_state(office)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next();
    let file = arguments.next();
    let folder = tempfile::tempdir()?;
    let file = file.map_or_else(|| folder.path().join("nanping.journal"), Into::into);
    let charter = Charter::load("examples/nanping/charter.yaml")?;
    let office = Office::open_on(SqliteStore::open(file, "nanping")?, charter, PolicySet::load("policies")?)?;
    let service = service(SharedOffice::new(office)?);
    tokio::runtime::Builder::new_multi_thread().enable_io().build()?.block_on(async {
        let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
        let bound = listener.local_addr()?;
        println!("http://{bound}");
        let serving = tokio::spawn(async move { axum::serve(listener, service).await });
        if address.is_some() {
            return Ok(serving.await??);
        }
        let draw = r#"{"id": "r-1", "draw": {"pool": "administrative-pool", "unit": "finance", "person": "p-017", "category": "selected-graduate"}}"#;
        for (line, body, expected) in [
            ("POST /requests", draw, "\"outcome\":\"granted\""),
            ("GET /books/finance/administrative", "", "\"borrowed\":1"),
            ("GET /decisions/1", "", "\"id\":\"r-1\""),
            ("GET /decisions/0", "", "entry 0 is no decision"),
        ] {
            let answer = ask(bound, line, body).await?;
            println!("{line}\n{answer}\n");
            if !answer.contains(expected) {
                return Err(format!("{line}: no `{expected}`").into());
            }
        }
        Ok(())
    })
}

/// One request over HTTP, and all that comes back.
async fn ask(to: std::net::SocketAddr, line: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(to).await?;
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
