# El marco de todas las páginas.
#
# Nuestras palabras, siempre las mismas:
#   token          ficha; la comunidad le da su propio nombre y signo
#   wallet         monedero
#   balance        saldo
#   pay, send      pagar, enviar; give back: devolver
#   issue          emitir; issuance: emisión
#   distribute     repartir; distribution: reparto
#   pool           fondo común
#   circulation    en manos de los miembros
#   freeze         bloquear
#   operator       responsable (vale para todos); auditor: auditoría; member: miembro
#   checkpoint     sello (el estado firmado de todo el libro)
#   ledger         libro; chain: cadena
#   passkey        clave de acceso; recovery code: código de emergencia
#   community      comunidad
# Tratamos de tú.

layout-skip = Ir al contenido
layout-main = Menú principal
layout-wallet = Monedero
layout-send = Enviar
layout-history = Historial
layout-statistics = Cifras
layout-profile = Perfil
layout-operate = Gestión
layout-overview = Resumen
layout-members = Miembros
layout-distribute = Repartir
layout-transactions = Movimientos
layout-accounts = Cuentas
layout-invitations = Invitaciones
layout-audit = Registro
layout-webhooks = Webhooks
layout-consents = Visto bueno
layout-alerts = Avisos
layout-program = Programa
layout-why = ¿Por qué?
layout-read-by = Lo leen los responsables y la auditoría en el registro, donde queda.
layout-do-it = Hacerlo
layout-leave-it = Dejarlo como está
layout-news = Novedades
layout-unread = { $count } sin leer
layout-no-connection = Sin conexión
layout-last-seen = Tenías
layout-last-seen-meaning = Esto es lo que había entonces en tu monedero. Lo que ha entrado y salido desde entonces lo verás cuando vuelvas a tener conexión.
layout-unreachable = Ahora mismo no se puede llegar a la comunidad desde aquí. No has perdido nada.
layout-try-again = Intentarlo de nuevo
layout-again = Vuelve a entrar
layout-again-why = Entraste hace un rato. Antes de cambiar algo aquí, demuestra otra vez que eres tú.
layout-again-do = Entrar otra vez
layout-signed-in-as = Has entrado como { $name }
layout-sign-out = Salir
layout-language = Idioma
layout-docs = Para programas: la API
layout-to-start = Volver al inicio
layout-request-id = Si sigue igual, dile este número a un responsable:
layout-written = Lo que escribiste, para copiarlo
layout-form-kept = Este formulario había caducado, así que no se hizo nada. Lo que habías rellenado sigue aquí: míralo otra vez y continúa.

role-member = miembro
role-operator = responsable
role-auditor = auditoría

# Al pie de una página impresa.
layout-page-of = { $community } · página { $page } de { $count }
