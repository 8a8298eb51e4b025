sites = Emplazamientos
sites-one = Emplazamiento
sites-name = Nombre
sites-project = Proyecto
sites-location = Ubicación
sites-location-hint = Latitud y longitud en grados, como las copian los mapas. Puede quedar vacía.
sites-location-wrong = Dos números: latitud de −90 a 90, longitud de −180 a 180.
sites-networks = Redes
sites-networks-hint = Desde dónde hablan sus dispositivos, como 10.20.0.0/16. Las lecturas que lleguen de otra red se retienen. Vacío: cualquiera.
sites-cut = Hay más emplazamientos que los { $count } de aquí: seleccione un proyecto, o pídalos con el programa.
sites-any-network = cualquiera
sites-nowhere = sin indicar
sites-add = Añadir un emplazamiento
sites-make = Añadir
sites-added = { $name } se ha añadido
sites-kept = Lo que escribió sigue aquí.
sites-search = Buscar emplazamientos
sites-none-fit = Ningún emplazamiento encaja
sites-none-fit-text = Busque con menos palabras.
sites-empty = Aún no hay emplazamientos
sites-empty-may = Un emplazamiento es un lugar con dispositivos. Añada el primero; después se podrán instalar allí.
sites-empty-text = Un emplazamiento es un lugar con dispositivos. Quien puede cambiar el proyecto añade el primero.
sites-map = { $count ->
    [one] Mapa con un emplazamiento
   *[other] Mapa con { $count } emplazamientos
  }
sites-map-marks = Emplazamientos en el mapa
sites-map-open = { $count ->
    [one] { $name }: mirar de cerca
   *[other] { $count } emplazamientos, entre ellos { $name }: mirar de cerca
  }
sites-map-list = { $count ->
    [one] Un emplazamiento en un mismo lugar
   *[other] { $count } emplazamientos en un mismo lugar
  }
sites-map-shown = { $count ->
    [one] Un emplazamiento en el mapa
   *[other] { $count } emplazamientos en el mapa
  }
sites-map-back = Mirar desde más lejos
sites-span = { $from }–{ $to } de { $total }
sites-before = Los emplazamientos anteriores
sites-after = Los emplazamientos siguientes
sites-gone = Ese emplazamiento no existe
sites-to-all = Todos los emplazamientos
sites-devices = Dispositivos
sites-no-devices = Aquí no hay dispositivos
sites-no-devices-text = Instale un dispositivo reclamado en este emplazamiento; desde entonces se aceptan sus lecturas.
sites-to-claimed = Mostrar los dispositivos reclamados
sites-all-devices = Mostrar los { $count } en la flota
projects = Proyectos
projects-one = Proyecto
projects-tabs = Partes de este proyecto
projects-overview = Resumen
projects-settings = Ajustes
projects-name = Nombre
projects-metrics = Señales
projects-kept = Lecturas guardadas
projects-since = Desde
projects-days = { $count ->
    [one] un día
   *[other] { $count } días
  }
projects-add = Proyecto nuevo
projects-add-text = Un proyecto guarda emplazamientos, dispositivos y sus lecturas separados de todos los demás.
projects-organization-add = Organización nueva
projects-organization-text = Una empresa propia: sus dispositivos, proyectos y personas están separados de los demás.
projects-make = Crear
projects-made = { $name } se ha creado
projects-empty = Aún no hay proyectos
projects-empty-may = Un proyecto guarda emplazamientos, dispositivos y sus lecturas. Cree el primero.
projects-empty-text = Un proyecto guarda emplazamientos, dispositivos y sus lecturas. Lo crea quien tiene ese derecho.
projects-gone = Ese proyecto no existe
projects-groups = Grupos
projects-groups-text = Partes de la flota para las que se pueden dar roles.
projects-groups-none = No hay grupos: quien tiene un rol en el proyecto ve todos sus dispositivos.
projects-group-add = Grupo nuevo
projects-group-parent = Dentro de
projects-group-top = nivel superior
projects-group-made = { $name } se ha creado
projects-to-fleet = Verlos
projects-export = Exportar lecturas
projects-export-text = Líneas de JSON: dispositivo, señal, hora, valor y lugar en el diario.
projects-export-from = Desde
projects-export-until = Hasta, ese día incluido
projects-rules = Reglas
projects-retention = Guardar las lecturas durante
projects-retention-hint = En días. Las más antiguas se borran.
projects-retention-wrong = Un número entero de días, al menos uno.
projects-chained = Cada lote tiene que nombrar al anterior
projects-chained-hint = Así no puede faltar nada sin que se note. Desactívelo solo para dispositivos que no pueden.
projects-metrics-text = Lo que se puede enviar. Cualquier otra señal, otra unidad o un valor fuera de su rango físico se retiene.
projects-metrics-none = No hay nada declarado, así que se retienen todos los lotes. Declare la primera señal.
projects-metric-add = Declarar una señal
projects-metric-new = Señal nueva
projects-metric-name = Señal
projects-metric-unit = Unidad
projects-metric-no-unit = ninguna
projects-metric-min = Mínimo
projects-metric-max = Máximo
projects-metric-period = Periodo en s
projects-metric-remove = Quitar { $name }
projects-fault-name = Una señal necesita su nombre.
projects-fault-twice = Este nombre está dos veces.
projects-fault-range = Un rango necesita sus dos extremos, en números.
projects-fault-order = El mínimo tiene que estar por debajo del máximo.
projects-fault-period = El periodo es un número entero de segundos.
projects-saved = Las reglas valen desde ahora
projects-unsaved = Sin guardar
projects-leaving = Tiene cambios
projects-leaving-text = Guárdelos o descártelos y siga.
projects-discard = Descartar cambios
