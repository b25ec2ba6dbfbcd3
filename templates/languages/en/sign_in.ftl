# Coming in and going out.

sign-in-welcome = Welcome
sign-in-welcome-to = Welcome to { $community }
sign-in-welcome-lead = Here members pay each other in { $token } { $symbol }: see what you have, send some to a neighbour, and watch how the community's own money moves.
sign-in-title = Sign in
sign-in-already = You are signed in as { $name } already.
sign-in-go-on = Go on as { $name }
sign-in-someone-else = To be someone else, sign in below.
sign-in-ways = Ways to sign in
sign-in-provider = Sign in with the account you have already. The first time, you get an empty wallet.
sign-in-with = Sign in with { $provider }
sign-in-elsewhere = Members of this community sign in with { $issuer }.
sign-in-elsewhere-docs = Its tokens open the API: see the documentation.
sign-in-developer = This community runs on this computer and vouches for its members itself, so you may be anyone. Once passkeys are in use or an identity provider is configured, members sign in with those.
sign-in-existing = Be someone who is here
sign-in-name = Name
sign-in-find-name = Find a name
sign-in-find = Find
sign-in-nobody = Nobody is here yet. Be the first.
sign-in-nobody-found = Nobody has “{ $q }” in their name.
sign-in-more = There are more: find them by name.
sign-in-new = Join as someone new
sign-in-your-name = Your name here
sign-in-name-rule = 3 to 255 letters (a to z), digits, _ or -. You get an empty wallet with it.
sign-in-join = Join
sign-in-passkey-failed = That passkey did not open the door: it may have been removed, or it took longer than five minutes. Try again, use another one, or come in with a recovery code.
sign-in-once-more = Sign in once more: you signed in a while ago, and what you are about to do asks for it.

sign-in-signed-out = Signed out
sign-in-signed-out-here = You are signed out here
sign-in-leaving = Now { $provider } is asked to sign you out there too, so that the next person at this device cannot come back as you.
sign-in-leaving-go = Go on to { $provider }
sign-in-leaving-stay = Stay signed in at { $provider }

sign-in-sessions = Where you are signed in
sign-in-sessions-lead = Sign out wherever you do not recognise yourself, or no longer have the device.
sign-in-this-one = this one
sign-in-by-provider = Signed in at the identity provider on { $when }.
sign-in-by-passkey = Signed in with a passkey on { $when }.
sign-in-by-link = Signed in by a one-time link on { $when }.
sign-in-by-code = Signed in with a recovery code on { $when }.
sign-in-by-developer = Signed in with the developer identity on { $when }.
sign-in-last-used = Last used { $when }, or a few minutes later.
sign-in-device = { $browser } on { $system ->
    [iPhone] an iPhone
    [iPad] an iPad
    [Mac] a Mac
   *[other] { $system }
}
sign-in-device-unknown = An unknown browser
sign-in-out = Sign out
sign-in-out-here = Sign out here
sign-in-out-of = Sign out on { $device }
sign-in-out-elsewhere = Sign out everywhere else
sign-in-out-everywhere = Sign out everywhere
sign-in-to-profile = Back to the profile
