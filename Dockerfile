# The image of meshdoctor: its bundled program alone, without node_modules. `docker build -t meshdoctor:0.1.0 .`
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
COPY rules ./rules
RUN npm run build

FROM node:24.21.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
# By number: `runAsNonRoot` of Kubernetes knows no names.
USER 1000:1000
EXPOSE 9902
# One thread collects garbage: several together take more of a core, and an agent is in no hurry.
ENTRYPOINT ["node", "--single-threaded-gc", "/app/dist/main.js"]
CMD ["agent"]
