//! What Swagger 2.0 states in its own way: base URLs, parameters that are their own schema, bodies among the parameters, and media
//! types that a whole operation has. References, schemas, paths and credentials are read as in OpenAPI 3.

mod body;
mod form;
mod media_type;
mod parameter;
mod response;
mod server;

pub(super) use body::is_in_body;
pub(super) use parameter::ListPlace;

/// The keys of the document.
pub(super) const ROOT_KEYS: &str = "swagger info host basePath schemes consumes produces paths definitions parameters responses \
                                    securityDefinitions security";
/// The keys of an operation.
pub(super) const OPERATION_KEYS: &str =
    "operationId summary description consumes produces parameters responses schemes security";
