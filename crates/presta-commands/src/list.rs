//! The list itself.

use presta_engine::Engine;
use serde_json::Value;

use crate::Failure;
use crate::{
    accounts, alerts, app, archive, attachments, bids, export, messages, notes, projects, queue, refs, search, storage,
    writes,
};

/// What is known of a command besides its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandInfo {
    /// Its name.
    pub name: &'static str,
    /// For a read: the cache tags after whose change it is to be asked again. Empty for a write.
    /// A tag that ends with `:` is completed with the request's first value.
    pub reads: &'static [&'static str],
}

macro_rules! commands {
    ($($name:ident ($body:path, $request:ty) -> $response:ty, reads $reads:expr;)*) => {
        /// Every command.
        pub const COMMANDS: &[CommandInfo] = &[
            $(CommandInfo { name: stringify!($name), reads: &$reads },)*
        ];

        /// Runs a command by its name.
        ///
        /// # Errors
        /// `unknown-command`, `bad-request` with the position, or the command's own.
        pub async fn dispatch(engine: &Engine, name: &str, request: Value) -> Result<Value, Failure> {
            match name {
                $(stringify!($name) => {
                    let request: $request = serde_json::from_value(request).map_err(|error| {
                        Failure::new("bad-request").with("reason", error.to_string())
                    })?;
                    let response: $response = $body(engine, request).await.map_err(|error| error.failure())?;
                    serde_json::to_value(response).map_err(|_| Failure::new("bad-response"))
                })*
                _ => Err(Failure::new("unknown-command").with("name", name)),
            }
        }

        /// Visits the types of every command.
        #[cfg(feature = "bindings")]
        pub(crate) fn visit(visitor: &mut impl crate::bindings::Visit) {
            $(visitor.command::<$request, $response>(stringify!($name), &$reads);)*
        }
    };
}

commands! {
    bootstrap(app::bootstrap, crate::Nothing) -> app::Bootstrap, reads ["session", "settings", "catalog"];
    status(app::status, crate::Nothing) -> app::Status, reads ["session", "sync", "bids", "drafts", "threads", "queue", "alerts"];
    session_sign_in(app::sign_in, app::SignInRequest) -> presta_engine::SessionState, reads [];
    session_cancel_sign_in(app::cancel_sign_in, crate::Nothing) -> presta_engine::SessionState, reads [];
    session_sign_out(app::sign_out, app::SignOutRequest) -> presta_engine::SessionState, reads [];
    session_retry(accounts::retry, crate::Nothing) -> presta_engine::SessionState, reads [];
    accounts_list(accounts::list, crate::Nothing) -> Vec<presta_engine::AccountRow>,
        reads ["accounts", "session", "queue", "drafts"];
    account_switch(accounts::switch, accounts::AccountRequest) -> presta_engine::SessionState, reads [];
    security_get(accounts::security, crate::Nothing) -> presta_engine::Security, reads ["security", "session"];
    passphrase_set(accounts::passphrase_set, accounts::NewPassphraseRequest) -> presta_engine::Security, reads [];
    passphrase_forget(accounts::passphrase_forget, crate::Nothing) -> presta_engine::SessionState, reads [];
    lock_after_set(accounts::lock_after_set, accounts::LockAfterRequest) -> presta_engine::Security, reads [];
    lock_now(accounts::lock, crate::Nothing) -> presta_engine::SessionState, reads [];
    unlock(accounts::unlock, accounts::PassphraseRequest) -> presta_engine::SessionState, reads [];
    key_rotate(accounts::key_rotate, crate::Nothing) -> crate::Nothing, reads [];
    activity(accounts::activity, crate::Nothing) -> crate::Nothing, reads [];
    settings_set(app::settings_set, app::SettingsRequest) -> presta_engine::Settings, reads [];
    sync_now(app::sync_now, crate::Nothing) -> presta_engine::SyncStatus, reads [];
    sync_pause(app::sync_pause, crate::Nothing) -> presta_engine::SyncStatus, reads [];
    sync_resume(app::sync_resume, crate::Nothing) -> presta_engine::SyncStatus, reads [];
    window_visible(app::window_visible, app::VisibleRequest) -> crate::Nothing, reads [];
    open_external(app::open_external, app::LinkRequest) -> crate::Nothing, reads [];
    projects_list(projects::list, projects::ListRequest) -> projects::ListResponse,
        reads ["projects", "bids", "queue", "drafts", "search"];
    project_get(projects::get, refs::ProjectRequest) -> projects::ProjectPage,
        reads ["project:", "bids", "queue", "drafts"];
    alert_rules_list(alerts::rules, crate::Nothing) -> Vec<presta_engine::store::alert::Rule>, reads ["alert-rules"];
    alert_rule_save(alerts::save, presta_engine::RuleForm) -> presta_engine::store::alert::Rule, reads [];
    alert_rule_enable(alerts::enable, alerts::AlertRuleEnableRequest) -> presta_engine::store::alert::Rule, reads [];
    alert_rule_remove(alerts::remove, alerts::AlertRuleRequest) -> crate::Nothing, reads [];
    alert_rule_test(alerts::preview, alerts::AlertPreviewRequest) -> presta_engine::Preview, reads ["projects"];
    alerts_list(alerts::list, alerts::AlertsRequest) -> alerts::AlertsResponse,
        reads ["alerts", "alert-rules", "projects"];
    alerts_seen(alerts::seen, alerts::AlertsSeenRequest) -> crate::Nothing, reads [];
    alert_preferences_get(alerts::preferences, crate::Nothing) -> presta_engine::AlertPreferences,
        reads ["alert-preferences"];
    alert_preferences_set(alerts::set_preferences, presta_engine::AlertPreferences) -> presta_engine::AlertPreferences,
        reads [];
    search_all(search::all, search::SearchRequest) -> search::SearchResponse,
        reads ["search", "projects", "messages", "bids", "notes"];
    note_get(notes::get, refs::ProjectRequest) -> notes::Note, reads ["project:"];
    note_save(notes::save, notes::NoteRequest) -> notes::Note, reads [];
    storage_get(storage::get, crate::Nothing) -> storage::Storage, reads ["storage", "search"];
    storage_set(storage::set, presta_engine::store::retention::Retention) -> storage::Storage, reads [];
    storage_notice_dismiss(storage::dismiss, crate::Nothing) -> crate::Nothing, reads [];
    doctor_run(storage::doctor, crate::Nothing) -> presta_engine::store::health::Doctor, reads [];
    doctor_repair(storage::repair, storage::RepairRequest) -> crate::Nothing, reads [];
    bid_draft_get(bids::draft_get, refs::ProjectRequest) -> bids::BidDraft, reads ["project:", "catalog"];
    bid_draft_save(bids::draft_save, bids::FormRequest) -> bids::BidDraft, reads [];
    bid_draft_versions(bids::draft_versions, refs::ProjectRequest) -> Vec<presta_engine::store::draft::DraftVersion>,
        reads ["drafts"];
    bid_draft_discard(bids::draft_discard, refs::ProjectRequest) -> crate::Nothing, reads [];
    bid_submit(bids::submit, bids::FormRequest) -> refs::ActRef, reads [];
    bids_list(bids::list, crate::Nothing) -> Vec<bids::BidRow>, reads ["bids", "drafts", "queue"];
    bid_get(bids::get, bids::BidRequest) -> bids::BidRow, reads ["bids", "drafts", "queue"];
    threads_list(messages::threads, messages::ThreadsRequest) -> Vec<messages::ThreadRow>,
        reads ["threads", "messages", "drafts", "queue", "attachments"];
    thread_get(messages::thread, messages::ThreadPageRequest) -> messages::ThreadPage,
        reads ["thread:", "messages", "queue", "attachments"];
    thread_for_project(messages::thread_for_project, refs::ProjectRequest) -> messages::ThreadRef, reads ["threads"];
    message_draft_save(messages::draft_save, messages::TextRequest) -> crate::Nothing, reads [];
    message_send(messages::send, messages::MessageSendRequest) -> refs::ActRef, reads [];
    thread_mark_read(messages::mark_read, messages::ThreadRequest) -> crate::Nothing, reads [];
    thread_typing(messages::typing, messages::ThreadRequest) -> crate::Nothing, reads [];
    thread_archive(messages::archive, messages::ArchiveRequest) -> crate::Nothing, reads [];
    thread_mute(messages::mute, messages::MuteRequest) -> crate::Nothing, reads [];
    attachments_staged(attachments::staged, attachments::AttachmentsRequest) -> Vec<attachments::AttachmentRow>,
        reads ["attachments"];
    attachment_stage_begin(attachments::begin, attachments::AttachmentStageRequest) -> attachments::AttachmentRef, reads [];
    attachment_stage_piece(attachments::piece, attachments::AttachmentPieceRequest) -> crate::Nothing, reads [];
    attachment_stage_finish(attachments::finish, attachments::AttachmentRef) -> attachments::AttachmentRow, reads [];
    attachment_stage_cancel(attachments::cancel, attachments::AttachmentRef) -> crate::Nothing, reads [];
    attachment_unstage(attachments::unstage, attachments::AttachmentRef) -> crate::Nothing, reads [];
    attachment_save(attachments::save, attachments::AttachmentRequest) -> attachments::AttachmentSaved, reads [];
    attachment_save_cancel(attachments::save_cancel, attachments::AttachmentRef) -> crate::Nothing, reads [];
    attachment_reveal(attachments::reveal, attachments::AttachmentRef) -> crate::Nothing, reads [];
    queue_list(queue::list, crate::Nothing) -> queue::Queue, reads ["queue"];
    queue_retry(queue::retry, refs::ActRef) -> crate::Nothing, reads [];
    queue_confirm(queue::confirm, refs::ActRef) -> crate::Nothing, reads [];
    queue_discard(queue::discard, refs::ActRef) -> crate::Nothing, reads [];
    queue_edit(queue::edit, refs::ActRef) -> queue::Reopened, reads [];
    queue_undo(writes::undo, refs::ActRef) -> queue::Reopened, reads [];
    queue_merge(writes::merge, writes::MergeRequest) -> crate::Nothing, reads [];
    queue_settings(writes::settings, crate::Nothing) -> writes::QueueSettings, reads ["queue-settings"];
    queue_settings_set(writes::set_settings, writes::QueueSettings) -> writes::QueueSettings, reads [];
    resources_list(writes::list, writes::ResourcesRequest) -> Vec<writes::ResourceRow>, reads ["resources", "queue"];
    resource_get(writes::get, writes::ResourceRequest) -> writes::ResourceRow, reads ["resources", "queue"];
    feed_get(writes::feed, crate::Nothing) -> writes::ResourceRow, reads ["feed", "queue"];
    write_queue(writes::queue, writes::WriteRequest) -> refs::ActRef, reads [];
    write_change(writes::change, writes::ChangeWriteRequest) -> crate::Nothing, reads [];
    export_local(export::local, export::ExportRequest) -> presta_engine::LocalExport, reads [];
    export_cancel(export::cancel, crate::Nothing) -> crate::Nothing, reads [];
    archive_open(archive::open, archive::ArchiveRequest) -> archive::ArchiveOverview, reads [];
    archive_entries(archive::entries, archive::ArchiveEntriesRequest) -> Vec<archive::ArchiveEntry>, reads [];
    archive_rows(archive::rows, archive::ArchiveRowsRequest) -> archive::ArchiveRows, reads [];
    archive_search(archive::search, archive::ArchiveSearchRequest) -> archive::ArchiveFound, reads [];
    archive_verify(archive::verify, archive::ArchiveRequest) -> archive::ArchiveReport, reads [];
    archive_extract(archive::extract, archive::ArchiveExtractRequest) -> archive::ArchiveExtracted, reads [];
    archive_compare(archive::compare, archive::ArchiveCompareRequest) -> archive::ArchiveDifference, reads [];
    archive_cancel(archive::cancel, crate::Nothing) -> crate::Nothing, reads [];
}
