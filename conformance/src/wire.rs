//! Arguments to HTTP requests, and HTTP requests to arguments. Nothing here opens a socket.

pub mod body;
pub mod credential;
mod form;
pub(crate) mod media_type;
pub mod message;
mod multipart;
pub mod parameter;
pub(crate) mod reading;
pub mod request;
pub(crate) mod serialisation;
pub(crate) mod target;
pub(crate) mod value;
mod xml;
