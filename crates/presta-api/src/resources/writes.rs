//! Any write of the contract's table, and the resource it changes.

use presta_model::{Method, Operation};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::transport::Answer;
use crate::{Client, Error};

impl Client {
    /// Does `operation` to the resource `target` with `body`; `rev` is the revision that a change is made to, `key` names
    /// the intent. Gives the answer's body, if there is one.
    ///
    /// # Errors
    /// Any of a request's, and the refusals of the contract.
    pub async fn write(
        &self,
        operation: &Operation,
        target: Option<&str>,
        rev: i64,
        body: &Map<String, Value>,
        key: Uuid,
    ) -> Result<Option<Value>, Error> {
        let segments = operation.segments(target.unwrap_or_default());
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let answer = match operation.method {
            Method::Post => self.post(&segments, key, body).await?,
            Method::Patch => self.patch(&segments, rev, key, body).await?,
            Method::Delete => self.delete(&segments, key).await?,
        };
        answer.success()?;
        if answer.is_empty() { Ok(None) } else { read(&answer).map(Some) }
    }

    /// The resource that a change with a precondition is made to, with the revision it is at.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn changed(&self, operation: &Operation, target: Option<&str>) -> Result<Value, Error> {
        let segments = operation.segments(target.unwrap_or_default());
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        read(&self.get(&segments, &[]).await?)
    }
}

/// Reads a resource; one that does not hold its revision has it in the `ETag` alone.
fn read(answer: &Answer) -> Result<Value, Error> {
    let mut resource: Value = answer.decode("a resource")?;
    if let (Some(members), Some(rev)) = (resource.as_object_mut(), answer.rev()) {
        members.entry("rev").or_insert_with(|| rev.into());
    }
    Ok(resource)
}
