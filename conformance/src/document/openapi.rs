//! The OpenAPI reader.
