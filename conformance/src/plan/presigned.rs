//! The pre-signed URL that cases serve.

/// The pre-signed URL, in the form of AWS Signature Version 4. `{storage}` becomes the base URL of the storage. No client may
/// show the signature to anyone.
pub const PRESIGNED: &str = "{storage}/media/conformance.wav?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=CONFORMANCE%2F20260102%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z\
    &X-Amz-Expires=43200&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b750";

/// The part of [`PRESIGNED`] that is the secret.
pub const SIGNATURE: &str = "0e5f1c7ad2b94e3680d1a9c4b7f25e63c4a1d08f9b3e7265d81f04a6c9e2b750";

/// What the storage appends to the URL when it redirects the client.
pub const MOVED: &str = "&x-moved=1";
