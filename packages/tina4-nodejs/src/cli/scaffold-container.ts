/** The image and how it runs with Redis. Node is the command itself: npm or npx in between would cut requests that run at a stop. */
const dockerfile = `FROM node:22-slim
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
# What the app writes: sessions, uploads, its signing key and its log. The rest of the image stays root's.
RUN mkdir -p data secrets logs && chown node:node data secrets logs && chmod 700 data secrets
VOLUME /app/data
USER node
EXPOSE 7148
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \\
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.TINA4_PORT || 7148) + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# One process; add workers with --workers auto. SIGTERM lets running requests finish.
CMD ["node", "node_modules/tina4-nodejs/bin/tina4.js", "serve", "--production", "--workers", "1", "--host", "0.0.0.0"]
`;

const compose = `# Sessions on Redis need the package ioredis: npm install ioredis
services:
  app:
    build: .
    init: true
    # Longer than TINA4_SHUTDOWN_TIMEOUT (30 s).
    stop_grace_period: 45s
    restart: unless-stopped
    ports:
      - '7148:7148'
    environment:
      TINA4_SESSION_BACKEND: redis
      TINA4_SESSION_HOST: redis
      # One that you keep: openssl rand -hex 32
      TINA4_SECRET: \${TINA4_SECRET:?set TINA4_SECRET in the environment or in .env}
    volumes:
      - data:/app/data
    depends_on:
      redis:
        condition: service_healthy

  redis:
    image: redis:7-alpine
    # Every write is on disk within a second, and no session is thrown out to make room.
    command: redis-server --appendonly yes --maxmemory-policy noeviction
    restart: unless-stopped
    volumes:
      - redis:/data
    healthcheck:
      test: ['CMD', 'redis-cli', 'ping']
      interval: 5s

volumes:
  data:
  redis:
`;

/** Files for a container, by path. */
export const containerFiles: Readonly<Record<string, string>> = {
  Dockerfile: dockerfile,
  '.dockerignore': 'node_modules\ndist\ndata\nlogs\nsecrets\n.env\n.git\ntests\n',
  'compose.yaml': compose,
};
