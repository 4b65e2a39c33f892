// mysql2's execute(): prepared statements with bound values and binary rows.
require('./scenario').run('execute').catch((error) => { console.error(error); process.exit(1); });
