-- Clients asking freelancers to bid on a project.
CREATE TABLE invitations (
    n            INTEGER PRIMARY KEY,
    rev          INTEGER NOT NULL DEFAULT 1,
    project_n    INTEGER NOT NULL,
    client_n     INTEGER NOT NULL,
    freelancer_n INTEGER NOT NULL,
    status       TEXT NOT NULL,             -- pending, accepted, declined, withdrawn
    message      TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_by_freelancer ON invitations (freelancer_n);
CREATE INDEX invitations_by_client ON invitations (client_n);
CREATE INDEX invitations_by_project ON invitations (project_n, freelancer_n);
