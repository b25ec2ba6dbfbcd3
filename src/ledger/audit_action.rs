//! What the audit log can tell of. Every line takes its action from this one list, so that none is written that
//! has no words for people, and none that nobody can look for.

macro_rules! actions {
    ($($action:ident = $word:literal;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AuditAction {
            $(#[doc = concat!("`", $word, "`")] $action,)*
        }

        impl AuditAction {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$action,)*];

            /// The word in the log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$action => $word,)* }
            }
        }
    };
}

actions! {
    Distribution = "distribution";
    Issuance = "issuance";
    Reversal = "reversal";
    Transfer = "transfer";
    ConsentAsked = "consent.asked";
    ConsentGiven = "consent.given";
    ConsentRefused = "consent.refused";
    ConsentWithdrawn = "consent.withdrawn";
    WalletFreeze = "wallet.freeze";
    WalletUnfreeze = "wallet.unfreeze";
    UserDelete = "user.delete";
    UserRestore = "user.restore";
    UserErase = "user.erase";
    RoleGrant = "role.grant";
    RoleRevoke = "role.revoke";
    SystemAccountCreate = "system_account.create";
    LinkCreate = "link.create";
    LinkUse = "link.use";
    LinkWithdraw = "link.withdraw";
    TokenIssue = "token.issue";
    PasskeyAdd = "passkey.add";
    PasskeyRemove = "passkey.remove";
    RecoveryCodesCreate = "recovery_codes.create";
    RecoveryCodeUse = "recovery_code.use";
    SessionOpen = "session.open";
    SessionRevoke = "session.revoke";
    SignInRefused = "sign_in.refused";
    AccessRefused = "access.refused";
    SettingsChange = "settings.change";
    ClientCreate = "client.create";
    ClientRotate = "client.rotate";
    ClientRevoke = "client.revoke";
    ClientAllow = "client.allow";
    ClientDisallow = "client.disallow";
    WebhookCreate = "webhook.create";
    WebhookRotate = "webhook.rotate";
    WebhookStop = "webhook.stop";
    WebhookResume = "webhook.resume";
    WebhookTest = "webhook.test";
    WebhookSendAgain = "webhook.send_again";
    WebhookRemove = "webhook.remove";
    ExportTransactions = "export.transactions";
    ExportAuditLog = "export.audit_log";
    BackupTake = "backup.take";
    ScheduleCreate = "schedule.create";
    ScheduleChange = "schedule.change";
    SchedulePause = "schedule.pause";
    ScheduleResume = "schedule.resume";
    ScheduleRemove = "schedule.remove";
    AlertAcknowledge = "alert.acknowledge";
    AlertMute = "alert.mute";
    AlertUnmute = "alert.unmute";
    ChainSeal = "chain.seal";
    KeyIntroduce = "key.introduce";
    KeyRotate = "key.rotate";
    KeyReplace = "key.replace";
    DatabaseMigrate = "database.migrate";
    DatabaseRestore = "database.restore";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that are made in SQL bring their lines with them, and the rows of others ask for lines.
    #[test]
    fn the_schema_knows_no_other() {
        let schema = include_str!("../../schema.sql");
        let word = |rest: &'static str| rest.split('\'').next().unwrap();
        let lists = schema.split("action IN (").skip(1).map(|rest| rest.split(')').next().unwrap());
        let listed = lists.flat_map(|list| list.split('\'').skip(1).step_by(2));
        let asked: Vec<_> = schema.split("action = '").skip(1).map(word).chain(listed).collect();
        let lines = schema.split("INSERT INTO audit_log (").skip(1);
        let written: Vec<_> = lines.filter_map(|rest| rest.split("NEW.operator, '").nth(1)).map(word).collect();
        assert!(asked.len() > 10 && written.len() >= 4, "{asked:?} {written:?}");
        for word in asked.iter().chain(&written) {
            assert!(AuditAction::ALL.iter().any(|action| action.as_str() == *word), "{word}");
        }
    }
}
