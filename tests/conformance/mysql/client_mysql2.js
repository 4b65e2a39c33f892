// mysql2's query(): the driver writes the values into the statement.
require('./scenario').run('query').catch((error) => { console.error(error); process.exit(1); });
