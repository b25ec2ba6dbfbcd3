# Programme, die für ein Mitglied handeln.

clients-title = Programme, die für dich handeln
clients-lead = Ein Programm, etwa ein Chatbot, handelt nur dann für dich, wenn du es hier erlaubst. Was es zahlt, steht mit seinem Namen in deinem Verlauf; was es liest, wird in deinen Daten gezählt; und du kannst es jederzeit beenden.
clients-number = Seine Nummer:
clients-can = Es kann:
clients-scope-transfers-write = aus deinem Geldbeutel zahlen und zurückgeben
clients-scope-wallet-read = dein Guthaben und deinen Verlauf sehen
clients-scope-activities-write = aufschreiben, woran du teilgenommen hast
clients-scope-statistics-read = die Statistik der Gemeinschaft sehen
clients-revoked = Eure Verwalter haben es gesperrt: Es handelt für niemanden.
clients-allowed-since = Erlaubt seit { $when }.
clients-not-allowed = Es handelt nicht für dich.
clients-stop = { $name } beenden
clients-allow = { $name } erlauben
clients-none = In dieser Gemeinschaft gibt es kein solches Programm.
clients-naming = Wie Programme dich nennen
clients-naming-lead = Wer ein Programm für dich einrichtet, fragt vielleicht danach:
clients-naming-no-secret = Es ist kein Geheimnis: Ein Programm kann damit nichts tun, was du nicht erlaubt hast.
clients-to-profile = Zurück zum Profil
