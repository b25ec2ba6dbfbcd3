# Programas que actúan por un miembro.

clients-title = Programas que actúan por ti
clients-lead = Un programa, como un bot de chat, solo actúa por ti si lo permites aquí. Lo que paga queda marcado con su nombre en tu historial, lo que lee se cuenta en tus datos, y puedes detenerlo cuando quieras.
clients-number = Su número:
clients-can = Puede:
clients-scope-transfers-write = pagar y devolver desde tu monedero
clients-scope-wallet-read = ver tu saldo y tu historial
clients-scope-activities-write = anotar en qué has participado
clients-scope-statistics-read = ver las cifras de la comunidad
clients-revoked = Los responsables lo han retirado: no actúa por nadie.
clients-allowed-since = Permitido desde el { $when }.
clients-not-allowed = No actúa por ti.
clients-stop = Detener { $name }
clients-allow = Permitir { $name }
clients-none = En esta comunidad no hay ningún programa así.
clients-naming = Cómo te nombran los programas
clients-naming-lead = Quien prepare un programa para ti quizá te pida esto:
clients-naming-no-secret = No es ningún secreto: con ello un programa no puede hacer nada que no hayas permitido.
clients-to-profile = Volver al perfil
