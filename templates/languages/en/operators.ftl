# How the community is, at a glance.
operators-overview = Overview
operators-cannot-write = The ledger cannot be written.
operators-cannot-write-why = Members see their wallets and cannot pay. The program’s log says why; when the ledger does not add up, run { $command }.
operators-not-sound = The ledger does not add up.
operators-not-sound-do = Run { $command }: it names what is wrong and where.
operators-all-well = All is well.
operators-all-well-means = The ledger can be read and written, and every token is accounted for.
operators-where = Where the tokens are
operators-adds-up = What was issued is what members hold and what is in the pool, counted now.
operators-does-not-add-up = What was issued is not what members hold and what is in the pool.
operators-members-hold = Members hold
operators-in-pool = In the pool
operators-issued = Issued in all
operators-distribute = Distribute
operators-issue = Issue
operators-community = The community
operators-members = Members
operators-with-tokens = Of them with tokens
operators-transactions = Transactions
operators-checkpoint = Latest signed checkpoint
operators-checkpoint-up-to = { $when }, up to number { $number }
operators-none-yet = none yet
operators-backups = Backups
operators-lately = What changed lately
operators-nothing-yet = Nothing yet.
operators-whole-log = The whole audit log

# The program itself.
operators-program = Program
operators-release = Release
operators-database = Database
operators-size = Its size
operators-bytes = { $count } bytes
operators-backup-how = A backup is made at the machine, while the program serves, and is proven sound before it gets its name:
operators-restore-how = To go back to one, stop the program first. What would be lost is said before anything is replaced:
operators-key-apart = The instance’s signing key is not in a backup. Keep a copy of it elsewhere.
operators-settings = Settings in force
operators-settings-how = They are changed at the machine, in the configuration file or the environment, and take effect at the next start.
operators-not-set = not set
operators-origin-file = file { $path }
operators-origin-environment = environment { $name }
operators-origin-flag = flag { $name }

operators-waiting = { $count ->
    [one] One act waits for consent.
   *[other] { $count } acts wait for consent.
}
operators-waiting-see = See what waits
operators-alerts = { $count ->
    [one] One alert waits for somebody to look.
   *[other] { $count } alerts wait for somebody to look.
}
operators-alerts-see = See the alerts

# The copies of the ledger.
operators-backups-lead = A backup is a copy of the whole ledger. It gets its name only once it has been read again and proven sound.
operators-backups-newest = The newest good one
operators-backups-none = There is none yet.
operators-backups-age = { $hours ->
    [0] less than an hour old
    [one] one hour old
   *[other] { $hours } hours old
}
operators-backups-schedule = Taken by themselves
operators-backups-every = { $hours ->
    [one] every hour
   *[other] every { $hours } hours
}
operators-backups-never = never; the setting backup.every_hours switches it on
operators-backups-keep = Of those stay
operators-backups-keep-count = the newest { $count }
operators-backups-folder = They lie in
operators-backups-fetch = No backup can be fetched through the pages: it holds everything, and whoever has one has it all. Fetch it at the machine, with the file of the same name that ends in .sha256, and keep it somewhere else:
operators-backups-all = Backups, newest first
operators-backups-empty = No backup lies there.
operators-backups-proven = proven sound
operators-backups-unproven = not finished
operators-backups-schema = schema { $version }
operators-backups-now = Back up now
operators-backups-now-means = It goes on beside everything else, and members notice nothing.
operators-backups-do = Take a backup
operators-backups-copying = A backup is being taken: { $percent } % are copied. Open this page again to see how far it has come.
operators-backups-verifying = A backup is being taken: it is copied, and { $percent } % are proven. Open this page again to see how far it has come.
operators-backups-begun = A backup has begun. Open this page again to see how far it has come.
operators-backups-busy = A backup is being taken already.
operators-backups-failed = The last backup failed. The program’s log says why.
operators-backups-ahead = A backup is from the future, so nobody knows how old it is. See that the machine’s clock is right, and move that backup away.
operators-backups-see = See the backups
