fleet = Flota
fleet-all = Dispositivos
fleet-online = En línea
fleet-stale = Atrasados
fleet-offline = Desconectados
fleet-never = Sin contacto
fleet-held-back = Retenidos
fleet-sites = { $count ->
    [one] en un emplazamiento
   *[other] en { $count } emplazamientos
  }
fleet-stale-note = tarde para su ritmo
fleet-offline-note = silencio más largo
fleet-never-note = aún sin envíos
fleet-held-note = lotes por decidir
fleet-silent = sin contacto
fleet-serial = Dispositivo
fleet-freshness = Conexión
fleet-site = Emplazamiento
fleet-model = Modelo
fleet-state = Vida
fleet-group = Grupo
fleet-held = Retenidos
fleet-seen = Contacto
fleet-search = Buscar dispositivos
fleet-any-site = Cualquier emplazamiento
fleet-any-model = Cualquier modelo
fleet-any-group = Cualquier grupo
fleet-with-held = Con algo retenido
fleet-of-order = De la orden { $order }
fleet-count = { $count ->
    [one] un dispositivo
   *[other] { $count } dispositivos
  }
fleet-found = { $count ->
    [0] Ningún dispositivo encaja.
    [one] Encaja un dispositivo.
   *[other] Encajan { $count } dispositivos.
  }
fleet-clear = Quitar filtros
fleet-none-fit = Ningún dispositivo encaja
fleet-none-fit-text = Quite un filtro o busque con menos palabras.
fleet-empty = Aún no hay dispositivos
fleet-empty-text = Los dispositivos aparecen aquí cuando se reclaman para su organización. Lo hace quien tiene ese derecho.
fleet-empty-may = Los dispositivos vienen de la orden de trabajo de un fabricante: impórtela, reclame sus dispositivos e instálelos en un emplazamiento.
fleet-begin = Aquí aún no hay nada
fleet-begin-text = Los primeros pasos llevan de una organización a la primera lectura. Son unos minutos, y continúan donde se dejaron.
fleet-nowhere = Aún no pertenece a ninguna organización
fleet-nowhere-text = Pida un rol a quien gestiona las personas; entonces aparecerá aquí lo que puede ver.
fleet-selected = { $count ->
    [one] { $count } seleccionado
   *[other] { $count } seleccionados
  }
fleet-select-all = { $count ->
    [one] Seleccionar { $count }
   *[other] Seleccionar los { $count }
  }
fleet-deselect = Quitar selección
fleet-bulk = Qué hacer con los dispositivos seleccionados
fleet-bulk-more = Más
fleet-views = Vistas
fleet-view-save = Guardar esta vista…
fleet-view-text = Los filtros y el orden de este momento, con un nombre. Las vistas se guardan solo en este navegador; para compartir una, envíe su dirección.
fleet-view-name = Nombre
fleet-view-saved = { $name } se ha guardado
fleet-view-remove = Quitar { $name }
fleet-find-project = proyecto
fleet-find-site = emplazamiento
fleet-said = { $count ->
    [one] Ha cambiado un dispositivo
   *[other] Han cambiado { $count } dispositivos
  }
