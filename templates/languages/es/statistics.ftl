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
statistics-view-quarter = 90 días
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
statistics-to-sandbox = ¿Y si…?
statistics-to-distributions = Qué hicieron los repartos
statistics-to-flow = Quién comercia con quién
statistics-to-report = Informe del último mes

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
statistics-accounts-empty = En este tiempo no entró ni salió nada.
statistics-accounts-note = De cada cuenta, dos columnas: lo que entró y, al lado, lo que salió.
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

# Qué hicieron los repartos.
statistics-effect-lead = Si las fichas repartidas sirvieron: cuándo se gastaron y dónde están ahora. Se siguen por orden de llegada: quien paga pasa primero lo que recibió primero.
statistics-effect-none = Todavía no se ha repartido nada. Los repartos a menos de cinco miembros solo los ven los responsables y la auditoría.
statistics-effect-earlier = Repartos anteriores
statistics-effect-says = { $when }, { $what }: { $amount }
statistics-soon = Cuándo se gastó
statistics-soon-lead = Se repartieron { $distributed }. De ahí se gastó el { $week } en 7 días, el { $month } en 30 y el { $quarter } en 90.
statistics-soon-empty = En este tiempo no se repartió nada.
statistics-soon-note = Gastado es lo que un miembro pagó a cualquiera, la primera vez que salió de sus manos. Los repartos más recientes han tenido menos tiempo que los demás. Retirado es lo que quitaron las correcciones.
statistics-within-7 = En 7 días
statistics-within-30 = 30 días
statistics-within-90 = 90 días
statistics-later = Después
statistics-spent-7 = Gastado en 7 días
statistics-spent-30 = Gastado en 30 días
statistics-spent-90 = Gastado en 90 días
statistics-spent-later = Gastado después
statistics-spent-by-now = Gastado hasta ahora
statistics-spenders-7 = Por miembros en 7 días
statistics-spenders-30 = Por miembros en 30 días
statistics-spenders-90 = Por miembros en 90 días
statistics-spenders-by-now = Por miembros hasta ahora
statistics-taken-back = Retirado
statistics-places = Dónde está ahora
statistics-places-lead = { $still } siguen en manos de quienes las recibieron. { $returned } volvieron a las cuentas de la comunidad.
statistics-places-lead-reach = { $still } siguen en manos de quienes las recibieron; { $unreachable } de ellas no se pueden gastar ahora, por estar en monederos bloqueados o de quienes se fueron. { $returned } volvieron a las cuentas de la comunidad.
statistics-places-note = Lo que volvió lo pagó a las cuentas de la comunidad quien lo tenía entonces.
statistics-lies-still = Sin mover
statistics-with-others = En manos de otros miembros
statistics-came-back = Volvió
statistics-out-of-reach = Fuera de alcance
statistics-made = Hecho el
statistics-what-for = Para qué
statistics-each-distribution = Cada reparto

# Probar otras reglas.
statistics-sandbox-lead = Prueba otras reglas. Con ellas, la historia de la comunidad se vuelve a vivir mil veces, cada vez con otro azar, y abajo se dibuja lo que resultó. Nada cambia por ello.
statistics-sandbox-failed = Esto no se ha podido probar.
statistics-sandbox-give = Repartir
statistics-sandbox-take = Tomar de los pagos entre miembros, para el fondo común
statistics-sandbox-more = Cambiar más cosas
statistics-sandbox-try = Probar
statistics-sandbox-assumed = Lo que se supone
statistics-sandbox-futures = { $runs } futuros. La pregunta está en la dirección de esta página: quien la abra hoy verá lo mismo, mientras nada se mueva.
statistics-sandbox-example = Por ejemplo
statistics-sandbox-example-weekly = Cincuenta por semana a cada miembro, y una comisión del 2 por ciento
statistics-sandbox-example-none = Ya no se reparte nada
statistics-sandbox-example-same = Todo sigue como está
statistics-ask-tokens = Fichas cada vez
statistics-ask-as-now = como hasta ahora
statistics-ask-to = A
statistics-ask-each = cada miembro
statistics-ask-together = todos juntos
statistics-ask-every = Cada cuánto
statistics-ask-day = cada día
statistics-ask-week = cada semana
statistics-ask-two-weeks = cada dos semanas
statistics-ask-month = cada mes
statistics-ask-quarter = cada tres meses
statistics-ask-fee-percent = Comisión en porcentaje
statistics-ask-fee-tokens = Comisión en fichas
statistics-ask-demurrage = De vuelta al fondo común cada mes, en porcentaje
statistics-ask-issue = Emitido una vez, ahora
statistics-ask-joining = Miembros que llegan al mes
statistics-ask-leaving = Miembros que se van al mes
statistics-ask-months = Meses por delante
statistics-ask-runs = Cuántos futuros
statistics-ask-seed = Dónde empieza el azar
statistics-rule-between = debe ser un número entero de { $least } a { $most }
statistics-rule-from = debe ser un número entero a partir de { $least }
statistics-rule-percent = debe ser un número de 0 a 100 con dos decimales como mucho
statistics-rule-choice = debe ser una de las opciones
statistics-rule-members = puede ser { $most } como mucho para los miembros; los responsables pueden pedir más
statistics-rule-effort = es demasiado para una comunidad tan activa como esta: pide menos futuros o meses
statistics-missed = El { $share } de los pagos no se hizo, porque quien quería pagar tenía muy poco.
statistics-paid-monthly = Pagado entre miembros al mes
statistics-velocity-monthly = Cuántas veces al mes cambia de manos una ficha
statistics-velocity-meaning = Lo que los miembros se pagaron en el mes, entre lo que tenían de media.
statistics-unevenness = Cómo de desigual está repartido
statistics-unevenness-meaning = El coeficiente de Gini: 0 si todos tienen lo mismo, casi 1 si uno lo tiene todo.
statistics-futures-lead = Tras { $months } meses hay, en nueve de cada diez futuros, entre { $low } y { $high }; en la mitad, { $middle } como mucho.
statistics-futures-certain = Tras { $months } meses: { $middle }, haga lo que haga el azar.
statistics-futures-says = { $when }: de { $low } a { $high }; la mitad, { $middle } como mucho
statistics-futures-most = nueve de cada diez futuros
statistics-futures-half = la mitad de ellos
statistics-futures-middle = el medio
statistics-futures-empty = No hay nada en ningún futuro.
statistics-futures-table = Los futuros, mes a mes
statistics-futures-p5 = Uno de cada veinte, como mucho
statistics-futures-p25 = Uno de cada cuatro, como mucho
statistics-futures-p50 = La mitad, como mucho
statistics-futures-p75 = Tres de cada cuatro, como mucho
statistics-futures-p95 = Diecinueve de cada veinte, como mucho
statistics-assumed-no-day = La comunidad aún no tiene un día entero a sus espaldas, así que no se supone ningún pago.
statistics-assumed-no-payments = En los últimos { $days } días ningún miembro pagó a otro, así que no se suponen pagos.
statistics-assumed-few = Solo se conocen { $payments } pagos en { $days } días: muy pocos para fiarse de lo que sigue.
statistics-assumed-payments = Los miembros siguen pagando a quienes pagaban, tantas veces y tanto como en los últimos { $days } días, mientras tengan las fichas.
statistics-assumed-new-distribution = Lo que se repartía hasta ahora termina; lo que se pregunta ocupa su lugar. Lo que le falte al fondo común para ello se emite.
statistics-assumed-distribution = La comunidad sigue repartiendo como hasta ahora. Lo que le falte al fondo común para ello se emite.
statistics-assumed-members = Nadie llega y nadie se va.
statistics-assumed-ways = Nadie cambia sus costumbres: quien recibe más no paga más a menudo, y quien paga comisión no paga menos.

# El informe de un mes.
statistics-month-before = ← El mes anterior
statistics-month-after = El mes siguiente →
statistics-month-nav = Mes
statistics-report = Informe de { $month }
statistics-report-words = En palabras
statistics-report-figures = En cifras
statistics-report-not-over = El mes de { $month } aún no ha terminado: estas son las cifras hasta ahora.
statistics-report-traded = En { $month } comerciaron { $active } de { $members } miembros. Se pagaron { $volume } { $count ->
    [one] en un pago
   *[other] en { $count } pagos
}.
statistics-report-before-none = En { $before } no se pagaron nada.
statistics-report-more = Es un { $change } más que en { $before }.
statistics-report-less = Es un { $change } menos que en { $before }.
statistics-report-same = Es lo mismo que en { $before }.
statistics-report-members = { $joined ->
    [one] Llegó un miembro
   *[other] Llegaron { $joined } miembros
} y { $left ->
    [one] se fue uno
   *[other] se fueron { $left }
}.
statistics-report-moved = Se emitieron { $issued }, se repartieron { $distributed } entre los miembros, y los miembros pagaron { $returned } a las cuentas de la comunidad.
statistics-report-held = Al final los miembros tenían { $held }, y en las cuentas de la comunidad había { $pool }.
statistics-report-spent = De lo que se repartió en { $month } se ha gastado hasta ahora el { $spent }, y el { $soon } en 7 días.
statistics-report-ahead = En { $month } los miembros quizá se paguen entre { $lower } y { $upper }.
statistics-report-volume = Lo que movieron
statistics-report-average = Un pago de media
statistics-report-median = Un pago en el medio
statistics-report-velocity = Veces que una ficha cambia de manos al año
statistics-report-traders = Miembros que comerciaron
statistics-report-joined = Miembros que llegaron
statistics-report-left = Miembros que se fueron
statistics-report-returned = Pagado a las cuentas de la comunidad
statistics-report-with-members = En manos de los miembros al final
statistics-report-in-accounts = En las cuentas de la comunidad al final
statistics-report-pdf = Para imprimir (PDF)
statistics-income = Ingresos
statistics-expense = Gastos

# Quién comercia con quién.
statistics-flow-network = La red
statistics-flow-description = Miembros en un círculo, y líneas entre los que se pagaron: cuanto más anchas, más fichas. Las conexiones más fuertes están en la tabla de abajo.
statistics-flow-meaning = Cada punto es un miembro y cada línea lo que uno pagó a otro: cuanto más ancha, más. Se dibujan como mucho las { $most } conexiones más fuertes. Los números no significan nada fuera de esta página.
statistics-flow-none = En este tiempo ningún miembro pagó a otro.
statistics-flow-traded = { $members } miembros comerciaron, por { $count ->
    [one] una conexión
   *[other] { $count } conexiones
}: una conexión es un miembro que pagó a otro, una vez o muchas.
statistics-flow-density = De todas las conexiones que podrían tener estos miembros, existe el { $share }.
statistics-flow-mutual = De las que existen, el { $share } va en ambos sentidos.
statistics-flow-joined = Todos están unidos, directamente o a través de otros.
statistics-flow-groups = Forman { $groups } grupos entre los que no se pagó nada; el mayor tiene { $members } miembros.
statistics-flow-member = miembro { $number }
statistics-flow-says = { $from } → { $to }: { $volume } ({ $count })
statistics-flow-from = De
statistics-flow-to = A
statistics-flow-payments = Pagos
statistics-flow-who-paid = Quién pagó
statistics-flow-who-was-paid = Quién cobró
statistics-flow-numbers = En números
statistics-flow-strongest = Las conexiones más fuertes
statistics-flow-groups-table = Grupos entre los que no se pagó nada
