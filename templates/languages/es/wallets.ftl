# El propio monedero, el historial y los recibos.

wallets-wallet = Monedero
wallets-your-wallet = Tu monedero
wallets-balance = Saldo
wallets-you-have = Tienes
wallets-frozen = Tu monedero está bloqueado.
wallets-frozen-meaning = No puedes enviar ni recibir nada hasta que un responsable lo desbloquee.
wallets-frozen-reason = Motivo: { $reason }
wallets-send = Enviar
wallets-receive = Recibir
wallets-lately = Últimamente
wallets-nothing-lately = Todavía no ha entrado ni salido nada. Cuando alguien te pague, aparecerá aquí.
wallets-whole-history = Todo el historial
wallets-waiting = Te están esperando
wallets-waiting-all = Ver las { $count }
wallets-requests = Solicitudes
wallets-where-from = De dónde viene
wallets-course = A lo largo del tiempo
wallets-course-summary = En los últimos { $days } días has tenido entre { $least } y { $most }.

wallets-received = Recibido
wallets-sent = Enviado
wallets-issued = Emitido
wallets-from-community = De la comunidad
wallets-to-community = A la comunidad
wallets-given-back = Devuelto
wallets-fee = Comisión
wallets-fee-for = Comisión por el pago a { $name }

wallets-entry-received = recibido
wallets-entry-sent = enviado
wallets-entry-through = por medio de { $client }
wallets-entry-balance = saldo { $balance }
wallets-entry-given-back = devuelto

wallets-history = Historial
wallets-filter = Filtrar
wallets-filter-words = Palabras de la nota
wallets-filter-direction = Sentido
wallets-filter-both = Entradas y salidas
wallets-filter-in = Entradas
wallets-filter-out = Salidas
wallets-filter-kind = Tipo
wallets-filter-every-kind = Todos los tipos
wallets-filter-members = Entre miembros
wallets-filter-from = Desde el día
wallets-filter-to = Hasta el día
wallets-filter-least = Como mínimo
wallets-filter-most = Como máximo
wallets-filter-one-wallet = Solo con un monedero:
wallets-filter-show = Mostrar
wallets-filter-show-all = Mostrar todo
wallets-nothing-yet-found = Hasta aquí no coincide nada.
wallets-look-back = Buscar más atrás
wallets-nothing-matches = No coincide nada.
wallets-nothing = Todavía no ha entrado ni salido nada.
wallets-older = Más antiguas
wallets-that-is-all = Eso es todo.

wallets-receipt = Recibo
wallets-receipt-of = Recibo: { $amount }, { $name }
wallets-paid = Pagado.
wallets-paid-to = { $name } ya lo tiene.
wallets-from = De
wallets-to = Para
wallets-when = Cuándo
wallets-sent-through = Enviado por medio de
wallets-note = Nota
wallets-note-optional = (si quieres)
wallets-balance-after = Tu saldo después
wallets-gives-back = Devuelve
wallets-earlier-payment = un pago anterior
wallets-fee-of = Comisión por
wallets-fee-of-payment = el pago a { $name }
wallets-fee-back = Comisión devuelta con él
wallets-balance-after-fee = Tu saldo tras pago y comisión
wallets-asked-for = Se pidió con
wallets-a-request = una solicitud
wallets-asked-back-from-you = Te lo piden de vuelta
wallets-you-asked-back = Has pedido que te lo devuelvan
wallets-proof = Prueba
wallets-proof-number = Número en el libro
wallets-proof-id = Identificador
wallets-proof-place = Lugar en la cadena
wallets-proof-place-waits = aún no está en la cadena
wallets-proof-checkpoint = Sello
wallets-proof-covered = cubierto por un sello firmado
wallets-proof-waits = espera el próximo sello
wallets-proof-meaning = El recibo firmado es un archivo pequeño que cualquiera puede comprobar con la clave pública de la comunidad, sin preguntarnos.
wallets-proof-download = Descargar el recibo
wallets-proof-picture = Como imagen
wallets-give-it-back = Devolverlo
wallets-how-much = Cuánto
wallets-give-back-most = Aún puedes devolver hasta { $amount } a { $name }.
wallets-give-back = Devolver
wallets-ask-back = Pedir que te lo devuelvan
wallets-favourite = Es una favorita: quitarla
wallets-make-favourite = Añadir a { $name } a mis favoritas
wallets-to-history = Volver al historial

# De dónde viene un saldo.
wallets-explained = De dónde viene tu saldo
wallets-explained-now = (vacío: ahora)
wallets-explained-beginning = Desde el principio
wallets-explained-cut = Se movió tanto en este tiempo que solo se miran los { $count } movimientos más recientes, desde el { $when }. A partir de ahí, cuadra.
wallets-explained-sum = Cuadra
wallets-explained-before = Tenías antes
wallets-earned = Ingresado
wallets-spent = Gastado
wallets-have-now = Tienes ahora
wallets-had-then = Tenías entonces
wallets-earned-from = Ingresado de
wallets-earned-nothing = No entró nada.
wallets-spent-on = Gastado con
wallets-spent-nothing = No salió nada.
wallets-times = { $count } veces
wallets-all-others = Todos los demás
wallets-entries = { $count ->
    [one] 1 movimiento
   *[other] { $count } movimientos
}

# What a member calls an entry, for themselves alone.
wallets-filter-every-category = Todas las categorías
wallets-category = Categoría
wallets-category-own = (solo para ti, nadie más la ve)
wallets-category-keep = Guardar
wallets-category-take = Quitarla
wallets-by-category = Por categorías
wallets-by-category-lately = Lo que entró y salió en los últimos 30 días
wallets-by-category-filtered = Lo que entró y salió en estos días
wallets-more-shown = Se muestran más movimientos.

# Los movimientos de todos, para quienes cuidan de la comunidad.
wallets-all = Movimientos
wallets-all-of = Movimientos de { $name }
wallets-all-whose = Historial de quién
wallets-all-with = Con quién
wallets-all-id = (identificador de un monedero)
wallets-all-type = Código
wallets-all-type-rule = (del 1 al 99)
wallets-all-newest = Movimientos, los más nuevos primero
wallets-all-issued = Emitido en { $to }
wallets-all-paid = { $from } a { $to }
wallets-all-gives-back = devuelve
wallets-all-number = número { $number }
wallets-all-table = Estos como tabla
wallets-no-such-wallet = No existe ese monedero.
wallets-direction-of-one = Entradas y salidas solo tienen sentido para un monedero: di de quién es el historial.
wallets-type-rule = Un código es un número del 1 al 99.
wallets-one = Movimiento { $number }
wallets-one-kind = { $kind }, código { $type }
wallets-one-earlier = uno anterior
wallets-one-correct = Corregirlo
wallets-one-corrected = Corregido: este movimiento lo devuelve.
wallets-one-back = Volver a los movimientos

# El extracto de un mes.
wallets-statement = Extracto de un mes
wallets-statement-month = Mes
wallets-statement-pdf = Para imprimir (PDF)
wallets-statement-csv = Como tabla (CSV)
wallets-statement-title = Extracto de { $month }
wallets-statement-of = { $name } en { $community }
wallets-statement-wallet = Monedero { $wallet }. Todas las cantidades, en { $token }.
wallets-statement-made = Escrito el { $when }.
wallets-statement-so-far = Escrito el { $when }: el mes aún no ha terminado.
wallets-statement-opening = Saldo al principio
wallets-statement-closing = Saldo al final
wallets-statement-count = { $count ->
    [one] un pago
   *[other] { $count } pagos
}
wallets-statement-payments = Pagos
wallets-statement-empty = En este tiempo no entró ni salió nada.
wallets-statement-when = Cuándo
wallets-statement-with = Con quién
wallets-statement-what = Qué
wallets-statement-amount = Cantidad
wallets-statement-balance = Saldo
wallets-statement-noted = { $what }: { $note }
