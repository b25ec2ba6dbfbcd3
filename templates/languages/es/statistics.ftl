# Cifras.

statistics-title = Cifras
statistics-where = Dónde está todo
statistics-where-bar = { $members } por ciento en manos de los miembros, { $pool } por ciento en el fondo común
statistics-with-members = En manos de los miembros
statistics-in-pool = En el fondo común
statistics-issued = Emitido en total
statistics-adds-up = Lo que tienen los miembros y lo que hay en el fondo común suman exactamente lo que se emitió. Ninguna ficha se ha perdido ni inventado.
statistics-does-not-add-up = Las sumas no cuadran. Avisa enseguida a un responsable.
statistics-members = Miembros
statistics-members-holding = De ellos, con algo en el monedero
statistics-nothing = Todavía no se ha movido nada. Cuando se repartan y paguen fichas, esta página mostrará cuántas hay, cómo se mueven, quién participa y cómo están repartidas.
statistics-time = Tiempo
statistics-view-hours = 24 horas
statistics-view-days = 30 días
statistics-view-weeks = 26 semanas
statistics-view-months = 12 meses
statistics-view-all = Desde el principio
statistics-view-earlier = ← Antes
statistics-view-later = Después →
statistics-vouched = Avalado
statistics-vouched-up-to = Firmado hasta el movimiento
statistics-vouched-when = Cuándo
statistics-vouched-head = Cabeza de la cadena
statistics-vouched-meaning = Un sello es todo el libro en seis líneas firmadas. Guarda uno, y más adelante podrás mostrar si algo se ha alterado.
statistics-vouched-download = Descargar el sello
statistics-public-key = Clave pública
statistics-vouched-none = Todavía no hay ningún sello.
statistics-counted = Contado en el libro el { $when }.
statistics-numbers-below = Los números están en la tabla de abajo.
statistics-download = Descargar para una hoja de cálculo
statistics-back = Volver a las cifras

statistics-says = { $when }: { $what }
statistics-count-says = { $when }: { $count } por { $volume }
statistics-hour-of-week = { date-weekday }, { $time }

statistics-sentences = { $first } { $second }
statistics-from = Desde
statistics-how-many = Cuántos
statistics-moved = Movido

statistics-supply = Cuánto hay
statistics-supply-lead = Emitido en total al final de este tiempo: { $issued }.
statistics-supply-says = { $when }: { $members } en manos de los miembros, { $pool } en el fondo común
statistics-supply-empty = Para entonces no se había emitido nada.
statistics-supply-note = Contado al final de cada tramo; en el último, ahora. Cada vez se suma lo que tienen los miembros y lo que hay en el fondo común, y se compara con lo emitido.
statistics-supply-table = Fichas al final de cada tramo
statistics-sums-up = Cuadra

statistics-payments = Pagos entre miembros
statistics-payments-lead = Los miembros se han pagado { $paid }.
statistics-payments-pace = A este ritmo una ficha cambia de manos { $times } veces al año.
statistics-payments-empty = Nadie pagó nada en este tiempo.
statistics-payments-note = Las veces que una ficha cambia de manos son lo que los miembros se pagaron entre lo que tenían de media.
statistics-payments-table = Lo que los miembros se pagaron
statistics-paid = Pagado
statistics-held-on-average = En sus manos, de media
statistics-changed-hands = Veces que cambió de manos
statistics-changed-hands-yearly = Lo mismo por año

statistics-transactions = Movimientos de todo tipo
statistics-transactions-lead = { $count ->
    [one] Un movimiento movió { $volume }.
   *[other] { $count } movimientos movieron { $volume }.
}
statistics-transactions-before = { $count ->
    [0] En el mismo tiempo anterior no hubo ninguno.
    [one] En el mismo tiempo anterior hubo uno, que movió { $volume }.
   *[other] En el mismo tiempo anterior hubo { $count }, que movieron { $volume }.
}
statistics-transactions-empty = No hubo ninguno en este tiempo.
statistics-transactions-table = Movimientos a lo largo del tiempo
statistics-kinds-table = Movimientos según su sentido
statistics-kind = Qué
statistics-kind-issuance = Emitido
statistics-kind-distribution = Repartido a miembros
statistics-kind-transfer = Pagado entre miembros
statistics-kind-pool = Pagado al fondo común
statistics-average = De media
statistics-median = En el medio

statistics-active = Miembros que participan
statistics-active-lead = De { $total } miembros, { $week } comerciaron en los últimos 7 días, { $month } en 30 días y { $quarter } en 90 días.
statistics-active-says = { $when }: { $active } de { $total }
statistics-active-empty = Nadie comerció en este tiempo.
statistics-active-note = Comerciar es pagar a alguien o cobrar de un miembro. Lo que se reparte no cuenta.
statistics-active-table = Miembros que comerciaron, llegaron y se fueron
statistics-traded = Comerciaron
statistics-joined = Llegaron
statistics-left = Se fueron
statistics-returned = Volvieron
statistics-cohorts-table = De quienes llegaron en un mes, cuántos comerciaron después
statistics-joined-in = Llegaron en
statistics-that-month = Ese mes
statistics-next-month = El siguiente
statistics-after-2 = A los 2
statistics-after-3 = A los 3
statistics-after-6 = A los 6

statistics-spread = Cómo está repartido
statistics-spread-lead = La décima parte de los miembros que más tiene reúne el { $share } de todas las fichas; un miembro del medio tiene { $median }. Coeficiente de Gini: { $gini }.
statistics-spread-empty = Ningún miembro tiene nada todavía.
statistics-spread-note = La curva dice qué parte tienen juntos los miembros más pobres; si fuera la línea recta, todos tendrían lo mismo. Los monederos vacíos cuentan. Es de este momento, se mire el tiempo que se mire.
statistics-poorest = más pobres
statistics-richest = más ricos
statistics-tenths-table = Lo que tiene cada décima parte de los miembros, primero la más pobre
statistics-tenth = Décima
statistics-holds = Tiene
statistics-with-those-before = Con las anteriores
statistics-holders-table = Los saldos más grandes
statistics-place = Puesto
statistics-who = Quién
statistics-share = Parte

statistics-hours = Cuándo pagan los miembros
statistics-hours-lead = { $count ->
    [one] Cuando más pagaron los miembros fue el { date-weekday } después de las { $time }: una vez en los 90 días hasta el { $day }.
   *[other] Cuando más pagaron los miembros fue el { date-weekday } después de las { $time }: { $count } veces en los 90 días hasta el { $day }.
}
statistics-hours-empty = Nadie pagó nada en estos 90 días.
statistics-hours-note = Según las horas del reloj de la comunidad, en 90 días: cuanto más intenso el color, más pagos.
statistics-hours-table = Pagos por día de la semana y hora
statistics-day = Día
statistics-hour = Hora

statistics-accounts = Las cuentas propias de la comunidad
statistics-accounts-lead = Lo que entró, lo que se dio y lo que queda.
statistics-accounts-table = Cada cuenta en todo el tiempo
statistics-movements-table = Cada cuenta, tramo por tramo
statistics-account = Cuenta
statistics-account-before = Antes
statistics-account-after = Después
statistics-account-at-end = Al final
statistics-account-issued = Emitido
statistics-account-from-members = De miembros
statistics-account-from-accounts = De cuentas
statistics-account-distributed = Repartido
statistics-account-to-accounts = A cuentas

statistics-forecast = Lo que puede venir
statistics-forecast-lead = Estimaciones: lo que hubo, continuado según su tendencia y su semana o su año. Lo que hará la gente no lo sabe nadie; debajo de cada una se dice cuánto se equivocó antes.
statistics-ahead-days = 14 días
statistics-ahead-weeks = 8 semanas
statistics-ahead-months = 6 meses
statistics-circulation = En manos de los miembros
statistics-ahead-expected = { $when }: unos { $value }, cuatro de cada cinco veces entre { $lower } y { $upper }.
statistics-ahead-better = Al mirar adelante desde momentos anteriores, el error medio fue de { $off }; al decir que nada cambia, de { $unchanged }.
statistics-ahead-no-better = Al mirar adelante desde momentos anteriores, el error medio fue de { $off }; decir que nada cambia no fue peor ({ $unchanged }), así que no te fíes mucho.
statistics-ahead-says = { $when }: de { $lower } a { $upper }
statistics-ahead-table = Qué cabe esperar, y entre qué límites
statistics-ahead-value = Esperado
statistics-ahead-lower = Como mínimo
statistics-ahead-upper = Como máximo
statistics-ahead-missing-days = Todavía ha pasado muy poco para mirar adelante: desde que empezó la comunidad { $over ->
    [one] ha pasado un día entero
   *[other] han pasado { $over } días enteros
}, y faltan { $missing } más.
statistics-ahead-missing-weeks = Todavía ha pasado muy poco para mirar adelante: desde que empezó la comunidad { $over ->
    [one] ha pasado una semana entera
   *[other] han pasado { $over } semanas enteras
}, y faltan { $missing } más.
statistics-ahead-missing-months = Todavía ha pasado muy poco para mirar adelante: desde que empezó la comunidad { $over ->
    [one] ha pasado un mes entero
   *[other] han pasado { $over } meses enteros
}, y faltan { $missing } más.
statistics-ahead-none = No hubo nada, y no se espera nada.
