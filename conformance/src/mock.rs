//! The servers that a case runs against: the API, and the storage behind pre-signed URLs.

pub mod api;
mod fault_proxy;
pub mod media;
pub mod storage;
pub mod virtual_clock;
