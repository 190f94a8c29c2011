//! Conversations and their messages.

use presta_model::{Message, PostedMessage, ProjectId, Thread, ThreadId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::transport::Answer;
use crate::{Client, Error};

impl Client {
    /// Writes to a project's client; a conversation that is already there is gone on with.
    ///
    /// # Errors
    /// Any of a request's, and the refusals of the contract.
    pub async fn open_thread(
        &self,
        project: &ProjectId,
        text: &str,
        attachments: &[String],
        client_message_id: &str,
        key: Uuid,
    ) -> Result<PostedMessage, Error> {
        let mut body = json!({
            "project_id": project,
            "text": text,
            "client_message_id": client_message_id,
        });
        attach(&mut body, attachments);
        self.post(&["v1", "threads"], key, &body).await?.decode("a conversation with its message")
    }

    /// Writes in a conversation. The same `client_message_id` gives the same message, whatever the key.
    ///
    /// # Errors
    /// Any of a request's, and the refusals of the contract.
    pub async fn send_message(
        &self,
        thread: &ThreadId,
        text: &str,
        attachments: &[String],
        client_message_id: &str,
        key: Uuid,
    ) -> Result<Message, Error> {
        let mut body = json!({ "client_message_id": client_message_id, "text": text });
        attach(&mut body, attachments);
        self.post(&["v1", "threads", thread.as_str(), "messages"], key, &body).await?.decode("a message")
    }

    /// Marks messages as read, up to the one numbered `up_to`.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn mark_read(&self, thread: &ThreadId, up_to: i64, key: Uuid) -> Result<Thread, Error> {
        self.act(thread, "read", &json!({ "up_to": up_to }), key).await?.decode("a conversation")
    }

    /// Tells the others that the person is writing. It is worth no second try, and has no key of its own.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn typing(&self, thread: &ThreadId) -> Result<(), Error> {
        self.act(thread, "typing", &json!({}), Uuid::new_v4()).await?.success()
    }

    /// Sets whether a conversation notifies.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn mute(&self, thread: &ThreadId, muted: bool, key: Uuid) -> Result<Thread, Error> {
        self.act(thread, "mute", &json!({ "muted": muted }), key).await?.decode("a conversation")
    }

    /// Sets whether a conversation is put away.
    ///
    /// # Errors
    /// Any of a request's.
    pub async fn archive(&self, thread: &ThreadId, archived: bool, key: Uuid) -> Result<Thread, Error> {
        self.act(thread, "archive", &json!({ "archived": archived }), key).await?.decode("a conversation")
    }

    async fn act(&self, thread: &ThreadId, action: &str, body: &Value, key: Uuid) -> Result<Answer, Error> {
        let segment = format!("{thread}:{action}");
        self.post(&["v1", "threads", &segment], key, body).await
    }
}

/// Names the files that go with a message.
fn attach(body: &mut Value, attachments: &[String]) {
    if let (false, Some(members)) = (attachments.is_empty(), body.as_object_mut()) {
        members.insert("attachment_ids".to_owned(), attachments.into());
    }
}
