people = Personas
people-person = Persona
people-list = Personas
people-invitations = Invitaciones
people-name = Nombre
people-address = Correo electrónico
people-address-hint = Solo su titular puede aceptar la invitación.
people-phone = Teléfono
people-no-phone = ninguno
people-roles = Roles
people-roles-text = Dónde valen y hasta cuándo. Lo que queda fuera de todos ellos no se ve.
people-roles-none = Sin roles: puede iniciar sesión y no ve más que su propio perfil.
people-no-roles = ninguno
people-factors = Inicia sesión con
people-factor-password = contraseña
people-factor-passkey = llave de acceso
people-factor-totp = aplicación
people-factor-sms = mensaje de texto
people-factor-mail = correo electrónico
people-factor-recovery = códigos de recuperación
people-factor-oidc = proveedor de identidad
people-factor-none = nada todavía
people-joined = Incorporación
people-search = Buscar por nombre, correo o rol
people-search-address = Buscar por correo
people-any = Cualquier organización
people-show = Mostrar
people-all = Todas
people-in = Con acceso
people-out = Bloqueadas
people-shut = bloqueada
people-you = usted
people-count = { $count ->
    [one] una persona
   *[other] { $shown } personas
  }
people-none = No hay nadie así
people-none-text = Nadie encaja con la búsqueda. Quite un filtro o invite a alguien.
people-invite = Invitar a alguien
people-comes-with = Se incorpora con
people-deployment-own = ninguna organización
people-days = El enlace vale durante
people-days-count = { $count ->
    [one] un día
   *[other] { $count } días
  }
people-language = Idioma
people-invite-no-roles = Sin ningún rol puede iniciar sesión y no ve nada. Añada uno, o dele uno después.
people-role = Rol
people-role-choose = Elija un rol
people-role-add = Añadir un rol
people-role-nth = Rol { $count }
people-role-drop = Quitar el rol { $count }
people-role-own = Un rol propio de la organización.
people-until = Hasta
people-until-hint = El último día. Vacío: sin fin.
people-kept = Lo que escribió sigue aquí.
people-sent = Invitación enviada
people-sent-text = El enlace va camino de { $address }. Nadie más lo ve.
people-link = Enlace para entregar
people-link-text = Aquí no hay correo electrónico configurado: entregue usted este enlace a { $address }. Se abre una sola vez.
people-state-open = Abiertas
people-state-used = Usadas
people-state-expired = Caducadas
people-state-revoked = Anuladas
people-no-address = sin dirección
people-made = creada
people-ends = caduca
people-withdraw = Anular
people-withdraw-title = ¿Anular la invitación de { $address }?
people-withdraw-text = El enlace deja de ser válido. Puede volver a invitar.
people-withdrawn = Ese enlace ya no es válido
people-invitations-none = No hay invitaciones
people-invitations-none-text = Las personas que invite aparecen aquí hasta que se incorporen.
people-account = Cuenta
people-id = Identificador
people-confirmed = confirmada
people-unconfirmed = sin confirmar: ahí no se envía ningún restablecimiento
people-given = Dado el { $date } por { $name }.
people-taken = quitado
people-past = { $count ->
    [one] Uno terminado
   *[other] { $count } terminados
  }
people-give = Dar un rol
people-give-title = Dar un rol a { $name }
people-role-given = El rol vale desde ahora
people-gains-nothing = Nada nuevo: ya puede hacer todo esto en { $where }.
people-take = Quitar
people-take-title = ¿Quitar el rol { $role } a { $name }?
people-take-text = Termina de inmediato en { $where }. Lo demás sigue igual.
people-loses-nothing = No pierde nada: otros roles dan todo esto ahí.
people-role-taken = Rol quitado
people-acts = Acciones sobre { $name }
people-ask = ¿Qué puede hacer?
people-shut-out = Bloquear
people-shut-title = ¿Bloquear a { $name }?
people-shut-text = De inmediato, y hasta que alguien desbloquee a esta persona:
people-ends-sessions = Terminan todas sus sesiones.
people-ends-keys = Las claves que creó se revocan, y así quedan.
people-ends-links = Dejan de valer los enlaces abiertos que creó o que recibió.
people-ends-links-count = { $count ->
    [0] Dejan de valer los enlaces que creó; no tiene ninguno pendiente.
    [one] Dejan de valer una invitación abierta que recibió y los enlaces que creó.
   *[other] Dejan de valer { $count } invitaciones abiertas que recibió y los enlaces que creó.
  }
people-ends-roles = Sus roles no cuentan mientras tanto.
people-ends-roles-count = { $count ->
    [0] No tiene ningún rol.
    [one] Su único rol no cuenta mientras tanto.
   *[other] Sus { $count } roles no cuentan mientras tanto.
  }
people-shut-stays = La cuenta y su historial se conservan.
people-shut-done = Persona bloqueada
people-let-in = Desbloquear
people-let-title = ¿Desbloquear a { $name }?
people-let-text = Los roles que siguen vigentes vuelven a contar. Las claves que había creado siguen revocadas: cree otras.
people-let-done = Persona desbloqueada
people-reset = Enviar un restablecimiento
people-reset-title = ¿Restablecer la contraseña de { $name }?
people-reset-text = Un enlace para una contraseña nueva va a { $address }, y a nadie más. Sus sesiones terminan. El segundo factor se conserva.
people-reset-done = El enlace está en camino; las sesiones han terminado
people-factor-remove = Quitar un factor perdido
people-factor-title = ¿Quitar un factor de { $name }?
people-factor-text = Sus sesiones terminan, y se le dice por correo electrónico quién lo hizo. Nadie gana acceso con esto: lo que queda sirve como antes.
people-factor-which = Qué se perdió
people-factor-done = Factor quitado
people-lost-passkeys = Todas las llaves de acceso
people-lost-totp = Aplicación de autenticación
people-lost-phone = Teléfono
people-lost-mail = El correo electrónico como factor
people-lost-recovery-codes = Códigos de recuperación
people-lost-password = Contraseña
people-lost-identities = Identidades en proveedores
people-sign-ins = Inicios de sesión
people-sign-ins-text = También los rechazados, los más recientes primero.
people-sign-ins-none = Aún no ha iniciado sesión.
