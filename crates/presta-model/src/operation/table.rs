//! The table itself, in the contract's order.

use super::Effect::{Choices, Create, Into, Merge, None, Remove, RemoveAll, Set, TakeBack};
use super::Method::{Delete, Patch, Post};
use super::{Field, Operation};
use crate::EntityType as E;

const fn may(name: &'static str) -> Field {
    Field { name, required: false }
}

const fn must(name: &'static str) -> Field {
    Field { name, required: true }
}

macro_rules! operations {
    ($($name:ident: $method:ident $path:literal [$($field:expr),*]
        $target:ident => $answer:ident, $effect:expr, undo $undo:literal, shown $shown:literal;)*) => {
        /// Every write of the contract that goes through the queue. Placing a bid, uploading a file, writing in a conversation and the
        /// marks of conversations are acts of their own; signing in and "is typing" are not queued.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($name),
            method: $method,
            path: $path,
            target: E::$target,
            answer: E::$answer,
            effect: $effect,
            undo: $undo,
            shown: $shown,
            fields: &[$($field),*],
        },)*];
    };
}

operations! {
    proposeAmendment: Post "/v1/bids/{id}/amendments" [
            may("amount"), may("period_days"), may("milestones"), must("reason")
        ]
        Bid => Amendment, Create, undo true, shown true;
    acceptAmendment: Post "/v1/amendments/{id}:accept" []
        Amendment => Amendment, Set("status", "accepted"), undo true, shown true;
    declineAmendment: Post "/v1/amendments/{id}:decline" []
        Amendment => Amendment, Set("status", "declined"), undo true, shown true;
    editBid: Patch "/v1/bids/{id}" [
            may("amount"), may("period_days"), may("text"), may("milestones"), may("attachment_ids")
        ]
        Bid => Bid, Merge, undo true, shown true;
    retractBid: Post "/v1/bids/{id}:retract" []
        Bid => Bid, Set("status", "retracted"), undo true, shown true;
    shortlistBid: Post "/v1/bids/{id}:shortlist" []
        Bid => Bid, Set("status", "shortlisted"), undo true, shown true;
    awardBid: Post "/v1/bids/{id}:award" []
        Bid => Bid, Set("status", "awarded"), undo true, shown true;
    rejectBid: Post "/v1/bids/{id}:reject" []
        Bid => Bid, Set("status", "rejected"), undo true, shown true;
    acceptAward: Post "/v1/bids/{id}:accept" []
        Bid => Bid, Set("status", "accepted"), undo true, shown true;
    declineAward: Post "/v1/bids/{id}:decline" []
        Bid => Bid, Set("status", "declined"), undo true, shown true;
    revokeAward: Post "/v1/bids/{id}:revoke" []
        Bid => Bid, Set("status", "revoked"), undo true, shown true;
    completeBid: Post "/v1/bids/{id}:complete" []
        Bid => Bid, Set("status", "completed"), undo true, shown true;
    hideBid: Post "/v1/bids/{id}:hide" [must("hidden")]
        Bid => Bid, Into("client_marks"), undo false, shown false;
    rateBid: Post "/v1/bids/{id}:rate" [must("stars"), may("note")]
        Bid => Bid, Into("client_marks"), undo false, shown false;
    keepBookmark: Post "/v1/bookmarks" [must("project_id")]
        Bookmark => Bookmark, Create, undo false, shown false;
    dropBookmark: Delete "/v1/bookmarks/{id}" []
        Bookmark => Unknown, Remove, undo false, shown false;
    revokeApp: Delete "/v1/connections/apps/{id}" []
        App => Unknown, Remove, undo true, shown true;
    removeLinkedAccount: Delete "/v1/connections/accounts/{id}" []
        Account => Unknown, Remove, undo true, shown true;
    removeContact: Delete "/v1/connections/contacts/{id}" []
        Contact => Unknown, Remove, undo false, shown true;
    clearContacts: Post "/v1/connections/contacts:clear" []
        Contact => Unknown, RemoveAll, undo true, shown true;
    revokeDevice: Delete "/v1/me/devices/{id}" []
        Device => Unknown, Remove, undo true, shown true;
    callContest: Post "/v1/contests" [
            must("title"), must("brief"), must("category"), must("skills"), must("prize"),
            must("entries_close_at"), may("sealed"), may("attachment_ids")
        ]
        Contest => Contest, Create, undo true, shown true;
    editContest: Patch "/v1/contests/{id}" [
            may("title"), may("brief"), may("category"), may("skills"), may("prize"), may("entries_close_at"),
            may("sealed"), may("attachment_ids")
        ]
        Contest => Contest, Merge, undo true, shown true;
    closeContest: Post "/v1/contests/{id}:close" []
        Contest => Contest, Set("status", "closed"), undo true, shown true;
    enterContest: Post "/v1/contests/{id}/entries" [may("text"), may("attachment_ids")]
        Contest => Entry, Create, undo true, shown true;
    rateEntry: Post "/v1/entries/{id}:rate" [must("stars"), may("comment")]
        Entry => Entry, Into("rating"), undo true, shown true;
    awardEntry: Post "/v1/entries/{id}:award" []
        Entry => Entry, Set("status", "awarded"), undo true, shown true;
    rejectEntry: Post "/v1/entries/{id}:reject" []
        Entry => Entry, Set("status", "rejected"), undo true, shown true;
    withdrawEntry: Post "/v1/entries/{id}:withdraw" []
        Entry => Entry, Set("status", "withdrawn"), undo true, shown true;
    requestHumanReview: Post "/v1/decisions/{id}:request-human-review" [must("statement")]
        Decision => Decision, Into("review"), undo true, shown true;
    startExport: Post "/v1/exports" [must("profile"), may("resources"), may("since"), must("formats")]
        Export => Export, Create, undo false, shown true;
    cancelExport: Post "/v1/exports/{id}:cancel" []
        Export => Export, Set("state", "cancelled"), undo false, shown true;
    retryExport: Post "/v1/exports/{id}:retry" []
        Export => Export, Set("state", "queued"), undo false, shown true;
    acceptInvitation: Post "/v1/invitations/{id}:accept" []
        Invitation => Invitation, Set("status", "accepted"), undo true, shown true;
    declineInvitation: Post "/v1/invitations/{id}:decline" []
        Invitation => Invitation, Set("status", "declined"), undo true, shown true;
    editMe: Patch "/v1/me" [
            may("display_name"), may("locale"), may("time_zone"), may("skills"), may("about"), may("hourly_rate"),
            may("phone"), may("postal_address"), may("billing_address"), may("company_name"), may("vat_number")
        ]
        Me => Me, Merge, undo false, shown true;
    editFeed: Patch "/v1/me/feed" [may("skills"), may("categories"), may("max_age_days")]
        Unknown => Unknown, Merge, undo false, shown true;
    editMessage: Patch "/v1/messages/{id}" [must("text")]
        Message => Message, Merge, undo true, shown true;
    deleteMessage: Delete "/v1/messages/{id}" []
        Message => Message, TakeBack, undo true, shown true;
    fundMilestone: Post "/v1/milestones/{id}:fund" []
        Milestone => Milestone, Set("status", "funded"), undo true, shown true;
    releaseMilestone: Post "/v1/milestones/{id}:release" []
        Milestone => Milestone, Set("status", "released"), undo true, shown true;
    disputeMilestone: Post "/v1/milestones/{id}:dispute" []
        Milestone => Milestone, Set("status", "disputed"), undo true, shown true;
    requestMilestone: Post "/v1/milestone-requests" [must("bid_id"), must("title"), must("amount"), must("reason")]
        MilestoneRequest => MilestoneRequest, Create, undo true, shown true;
    approveMilestoneRequest: Post "/v1/milestone-requests/{id}:approve" []
        MilestoneRequest => MilestoneRequest, Set("status", "approved"), undo true, shown true;
    declineMilestoneRequest: Post "/v1/milestone-requests/{id}:decline" []
        MilestoneRequest => MilestoneRequest, Set("status", "declined"), undo true, shown true;
    acknowledgePolicy: Post "/v1/legal/policy:acknowledge" [must("version")]
        Unknown => Unknown, None, undo false, shown false;
    editCommunications: Patch "/v1/preferences/communications" [
            may("cells"), may("text_version"), may("marketing_profiling"), may("personalised_recommendations"),
            may("marketing")
        ]
        Communications => Communications, Choices, undo false, shown true;
    filePrivacyRequest: Post "/v1/privacy-requests" [must("type"), must("statement"), may("attachment_ids")]
        PrivacyRequest => PrivacyRequest, Create, undo true, shown true;
    withdrawPrivacyRequest: Post "/v1/privacy-requests/{id}:withdraw" []
        PrivacyRequest => PrivacyRequest, Set("status", "withdrawn"), undo true, shown true;
    postProject: Post "/v1/projects" [
            must("title"), must("description"), must("category"), must("skills"), must("type"), must("budget_min"),
            must("budget_max"), must("country"), may("city"), must("remote"), must("language"),
            must("bids_close_at"), may("sealed"), may("visibility"), may("attachment_ids")
        ]
        Project => Project, Create, undo true, shown true;
    editProject: Patch "/v1/projects/{id}" [
            may("title"), may("description"), may("category"), may("skills"), may("budget_min"), may("budget_max"),
            may("country"), may("city"), may("remote"), may("language"), may("bids_close_at"), may("attachment_ids")
        ]
        Project => Project, Merge, undo true, shown true;
    closeProject: Post "/v1/projects/{id}:close" [must("reason")]
        Project => Project, Set("status", "closed"), undo true, shown true;
    inviteToProject: Post "/v1/projects/{id}:invite" [must("freelancer_id"), may("message")]
        Project => Unknown, None, undo true, shown true;
    reportProject: Post "/v1/projects/{id}:report" [must("reason"), may("text")]
        Project => Unknown, None, undo true, shown true;
    dismissRecommendation: Post "/v1/recommendations/{id}:dismiss" []
        Recommendation => Unknown, Remove, undo false, shown false;
    wantLessLikeThis: Post "/v1/recommendations/{id}:less-like-this" []
        Recommendation => Unknown, Remove, undo false, shown false;
    writeReview: Post "/v1/reviews" [must("bid_id"), must("rating"), must("scores"), must("text")]
        Review => Review, Create, undo true, shown true;
    saveSearch: Post "/v1/saved-searches" [must("name"), must("query"), must("alert")]
        SavedSearch => SavedSearch, Create, undo false, shown true;
    editSavedSearch: Patch "/v1/saved-searches/{id}" [may("name"), may("query"), may("alert")]
        SavedSearch => SavedSearch, Merge, undo false, shown true;
    removeSavedSearch: Delete "/v1/saved-searches/{id}" []
        SavedSearch => Unknown, Remove, undo false, shown true;
}
