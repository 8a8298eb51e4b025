app = Fieldkeep
home = Fieldkeep, inicio
skip = Saltar al contenido
menu = Menú
menu-profile = Su perfil
menu-sign-out = Cerrar sesión
menu-you = Usted: { $name }
nav = Pantallas
nav-operate = Operar
nav-prove = Demostrar
nav-manage = Gestionar
crumbs = Dónde está
close = Cerrar
cancel = Cancelar
save = Guardar
again = Reintentar
loading = Cargando
never = nunca
more = Mostrar más
copy = Copiar
copy-what = Copiar { $what }
copied = Copiado
copy-failed = El navegador no permitió copiar. Seleccione el texto y cópielo a mano.
download = Descargar
theme-system = Tema del sistema
theme-light = Claro
theme-dark = Oscuro
toasts = Avisos
lost-title = No encontrado
lost-head = Aquí no hay nada
lost-text = La dirección puede estar mal escrita, o no le corresponde ver lo que mostraba.
lost-home = Ir al inicio
screen-gone = No se pudo cargar esta pantalla. Quizá el servidor se actualizó desde que abrió la página; vuelva a cargarla.
clock-behind = El reloj de este equipo va { $time } atrasado. Las horas de aquí siguen al servidor.
clock-ahead = El reloj de este equipo va { $time } adelantado. Las horas de aquí siguen al servidor.
connection-from = Se muestra lo que dijo { $age }.
connection-lost = No se puede contactar con el servidor. Lo que ve puede ser antiguo; lo que escribió se conserva. Se reintenta solo.
live-none = no en vivo: elija un proyecto
live-none-why = Los eventos llegan de un proyecto a la vez; con varios a la vista, las listas se actualizan por sí solas
live-live = en vivo
live-live-why = Lo que ve sigue a los dispositivos a medida que llega
live-behind = con retraso
live-behind-why = Hace un rato que no llega nada; lo que ve puede ser antiguo
live-lost = sin conexión
live-lost-why = La conexión se perdió y se está restableciendo; después no faltará nada
state-online = en línea
state-stale = atrasado
state-offline = desconectado
priority-1 = Crítica
priority-2 = Alta
priority-3 = Media
priority-4 = Baja
confirm-reason = Motivo
confirm-reason-hint = Queda en el registro, con su nombre.
confirm-reason-blank = Diga el motivo en pocas palabras: quien lea el registro después no tendrá otra cosa.
confirm-typed = Escriba { $name } para continuar
secret-once = Esto se muestra una sola vez. Nadie puede volver a mostrarlo, ni siquiera el servidor.
secret-stored = Lo he guardado
diff = Lo que cambia
diff-what = Qué
diff-before = Antes
diff-after = Después
diff-none = nada
progress-count = { $done } de { $total }
error-offline = No se puede contactar con el servidor
error-offline-do = Compruebe la red y vuelva a intentarlo. Si estaba cambiando algo, mire antes si llegó a hacerse.
error-console = Algo falló en esta página
error-server = El servidor no pudo hacerlo
error-other = Se rechazó
error-400 = El servidor no lo aceptó
error-401 = No ha iniciado sesión
error-403 = No puede hacer esto
error-404 = No existe, o no le corresponde verlo
error-408 = La petición llegó demasiado despacio
error-409 = Contradice lo que ya hay
error-413 = Es demasiado grande
error-429 = Demasiadas peticiones a la vez
error-503 = Ahora mismo el servidor no puede hacerlo
error-wait = { $seconds ->
    [one] Espere un segundo y vuelva a intentarlo.
   *[other] Espere { $seconds } segundos y vuelva a intentarlo.
  }
error-asked = Se pidió { $what }.
error-needs-right = Un programa no puede demostrar presencia: su clave necesita este derecho por su nombre.
error-needs-second-person = Una segunda persona tiene que aceptar. Encontrará su petición en Aprobaciones; después, repita esto.
error-needs-factor = Los códigos enviados no bastan para lo que usted puede hacer. Use una llave de acceso, la aplicación o un código de recuperación.
error-needs-passkey = Su organización pide una llave de acceso.
error-needs-step-up = Esto pide una prueba reciente de que es usted. Repítalo y confírmelo con su llave de acceso o un código.
error-unproven = No se hizo nada
error-reference = Referencia
palette = Ir a cualquier parte
palette-button = Ir a…
palette-hint = Pantallas, dispositivos, acciones
palette-screen = pantalla
palette-action = acción
palette-none = Nada contiene todas estas palabras. Pruebe con menos.
palette-move = mover
palette-open = abrir
palette-close = cerrar
keys = Atajos de teclado
keys-palette = Ir a cualquier parte
keys-help = Mostrar estos atajos
keys-search = Buscar
keys-down = Fila siguiente
keys-up = Fila anterior
keys-select = Seleccionar la fila
keys-singles = Atajos de una tecla
keys-singles-hint = Desactívelos si usa la voz o un pulsador. Ctrl K se queda.
table-rows = { $count ->
    [one] { $count } fila
   *[other] { $count } filas
  }
table-select = Seleccionar { $name }
table-select-all = Seleccionar todo lo que se muestra
table-selected = { $count ->
    [one] { $count } fila seleccionada
   *[other] { $count } filas seleccionadas
  }
table-sorted = Ordenado por { $column }, { $direction ->
    [ascending] ascendente
   *[descending] descendente
  }
chart-summary = { $name }: de { $min } a { $max }, media { $mean }; { $gaps ->
    [0] sin huecos.
    [one] un hueco.
   *[other] { $gaps } huecos.
  }
chart-last = De { $from } a { $to }, lo último: { $value }.
chart-begins = Las lecturas empiezan a las { $time }.
chart-nothing = { $name }: aquí no hay lecturas.
chart-in = Acercar
chart-out = Alejar
chart-table = Mostrar como tabla
chart-csv = Descargar como CSV
chart-rows = Las { $shown } filas más recientes de { $total }. El CSV las contiene todas.
chart-keys = Gráfico de { $name }. Las flechas mueven, más y menos acercan y alejan, Inicio vuelve.
chart-held = Retenido
range = Intervalo de tiempo
range-custom = Otro…
range-from = Desde
range-to = Hasta
range-show = Mostrar
range-year = a
range-wrong = El final tiene que venir después del principio.
range-way = Cómo se indica el intervalo
range-last = Hasta ahora
range-between = Entre dos momentos
range-count = Cuántos
range-unit = De qué
range-unit-m = minutos
range-unit-h = horas
range-unit-d = días
range-unit-w = semanas
range-unit-y = años
range-bad = El intervalo de la dirección no se puede leer: este es el que se muestra al abrir la página.
scope = Organización y proyecto
scope-all = Todos los proyectos
scope-stray = Lo que nombra la dirección no existe o no le corresponde verlo. Esto es { $name }.
scope-others = Otras organizaciones
scope-search = Buscar un proyecto o una organización
field-too-long = Ocupa { $bytes } bytes y caben como mucho { $most }: las letras con tilde y las de otros alfabetos cuentan por más de uno.
network-wrong = «{ $text }» no es una red: como 10.20.0.0/16 o fd00::/8, sin nada tras el prefijo.
