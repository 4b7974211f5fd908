//! Arguments to HTTP requests, and HTTP requests to arguments. Nothing here opens a socket.

pub mod body;
pub mod credential;
pub mod message;
pub mod parameter;
pub mod request;
pub(crate) mod target;
