# The shell around every page.
#
# Words of ours, kept to throughout:
#   token          what members hold and pay with; the community gives it its own name and sign
#   wallet         where a member's tokens are
#   balance        how many are in it
#   pay, send      to move tokens to someone; give back: to return what was received
#   issue          to make new tokens
#   distribute     to hand tokens out to members
#   pool           the community's own wallet
#   circulation    what members hold
#   freeze         to stop a wallet for a time
#   operator       who runs the community; auditor: who sees everything and changes nothing
#   checkpoint     the signed state of the whole ledger

layout-skip = Skip to the content
layout-main = Main
layout-wallet = Wallet
layout-send = Send
layout-history = History
layout-statistics = Statistics
layout-profile = Profile
layout-operate = Operate
layout-overview = Overview
layout-members = Members
layout-distribute = Distribute
layout-transactions = Transactions
layout-accounts = Accounts
layout-invitations = Invitations
layout-audit = Audit log
layout-webhooks = Webhooks
layout-consents = Consent
layout-alerts = Alerts
layout-program = Program
layout-why = Why?
layout-read-by = Operators and auditors read it in the audit log, where it stays.
layout-do-it = Do it
layout-leave-it = Leave it as it is
layout-news = What is new
layout-unread = { $count } unread
layout-no-connection = No connection
layout-last-seen = You had
layout-last-seen-meaning = This is what your wallet held then. What has come and gone since is shown when you are connected again.
layout-unreachable = The community cannot be reached from here just now. Nothing of yours is lost.
layout-try-again = Try again
layout-again = Sign in once more
layout-again-why = You signed in a while ago. Before you change anything here, show once more that it is you.
layout-again-do = Sign in again
layout-signed-in-as = Signed in as { $name }
layout-sign-out = Sign out
layout-language = Language
layout-docs = For programs: the API
layout-to-start = Back to the start
layout-request-id = If this stays, tell an operator this number:
layout-written = What you wrote, to be copied
layout-form-kept = This form had expired, so nothing was done. What you had filled in is still here: look at it once more and go on.

role-member = member
role-operator = operator
role-auditor = auditor

# At the foot of a printed page.
layout-page-of = { $community } · page { $page } of { $count }
