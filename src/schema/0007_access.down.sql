-- Service clients are gone with this, and who let them act and what they did: all of them stop working.
-- Members who were erased stay so.
DROP TABLE service_reads;
DROP TABLE service_calls;
DROP TABLE client_permissions;
DROP TABLE service_clients;

DROP TRIGGER users_state_guard;

CREATE TRIGGER users_state_guard BEFORE UPDATE OF deleted_at, state_audit ON users
BEGIN
    SELECT RAISE(ABORT, 'deleting and restoring a user need a line in the audit log')
     WHERE NEW.state_audit IS NULL OR NEW.state_audit <= coalesce(OLD.state_audit, 0)
        OR NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.state_audit AND target = OLD.id
                          AND action = iif(NEW.deleted_at IS NULL, 'user.restore', 'user.delete'));
END;

DROP TRIGGER identities_delete_guard;

CREATE TRIGGER identities_delete_guard BEFORE DELETE ON identities
BEGIN
    SELECT RAISE(ABORT, 'an identity stays with its user');
END;

DROP TRIGGER roles_delete_guard;

CREATE TRIGGER roles_delete_guard BEFORE DELETE ON roles
BEGIN
    SELECT RAISE(ABORT, 'revoking a role needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log JOIN users ON users.id = audit_log.target
                        WHERE audit_log.sequence > OLD.audit AND audit_log.action = 'role.revoke'
                          AND users.key = OLD.user AND audit_log.details ->> 'role' = OLD.role);
END;
