//! Several uploads at a time.

use std::future::IntoFuture;

use futures_util::stream::{self, Stream, StreamExt};

/// Runs `uploads`, at most `concurrency` at a time (0 means 1), and returns their outcomes in the order of `uploads`. A failed
/// upload does not stop the others.
///
/// An entry is an [`Upload`](crate::Upload), or any other future or value that becomes one. [`upload_each`] returns each outcome
/// as soon as it is known.
///
/// ```no_run
/// # async fn example(client: media_upload::pyannote::Client) -> Result<(), media_upload::Error> {
/// use media_upload::{Media, pyannote::MediaUrl, upload_all};
///
/// let mut uploads = Vec::new();
/// for name in ["morning.wav", "evening.wav"] {
///     uploads.push(client.upload(Media::path(name), &MediaUrl::from_key(name)?));
/// }
/// for outcome in upload_all(uploads, 4).await {
///     println!("{} bytes", outcome?.bytes());
/// }
/// # Ok(())
/// # }
/// ```
pub async fn upload_all<U: IntoFuture>(
    uploads: impl IntoIterator<Item = U>,
    concurrency: usize,
) -> Vec<U::Output> {
    let mut outcomes: Vec<_> = upload_each(uploads, concurrency).collect().await;
    outcomes.sort_unstable_by_key(|(position, _)| *position);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Runs `uploads`, at most `concurrency` at a time (0 means 1), and returns each outcome as soon as it is known, with the
/// position of its upload in `uploads`, from 0. A failed upload does not stop the others.
///
/// An entry is an [`Upload`](crate::Upload), or any other future or value that becomes one: an `async` block can return more than
/// the outcome. `uploads` is read only as far as uploads begin, so it may be of any length. Dropping the stream stops the uploads
/// that are running.
///
/// ```no_run
/// # async fn example(client: media_upload::pyannote::Client, names: Vec<String>) {
/// use std::path::Path;
///
/// use futures_util::StreamExt;
/// use media_upload::{pyannote::MediaUrl, upload_each};
///
/// let client = &client;
/// let uploads = names.iter().map(|name| async move {
///     let url = MediaUrl::from_key(name)?;
///     client.upload(Path::new(name), &url).await
/// });
/// let mut outcomes = upload_each(uploads, 4);
/// while let Some((position, outcome)) = outcomes.next().await {
///     match outcome {
///         Ok(uploaded) => println!("{}: {} bytes", names[position], uploaded.bytes()),
///         Err(error) => println!("{}: {error}", names[position]),
///     }
/// }
/// # }
/// ```
pub fn upload_each<U: IntoFuture, I: IntoIterator<Item = U>>(
    uploads: I,
    concurrency: usize,
) -> impl Stream<Item = (usize, U::Output)> + use<U, I> {
    let numbered = uploads.into_iter().enumerate();
    let futures = numbered.map(|(position, upload)| {
        let upload = upload.into_future();
        async move { (position, upload.await) }
    });
    stream::iter(futures).buffer_unordered(concurrency.max(1))
}
